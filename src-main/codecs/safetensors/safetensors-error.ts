import { AppError } from '#shared/contract/app-error.ts'
import type { ErrorDetails } from '#shared/contract/app-error.ts'

/** An AppError `safetensors.<reason>` whose sentence names the file. */
export const safetensorsError = (
  file: string,
  reason: string,
  sentence: string,
  details: ErrorDetails = {},
): AppError => new AppError(`safetensors.${reason}`, `${file}: ${sentence}.`, { file, ...details })
