import { AppError } from '#shared/contract/app-error.ts'
import type { Precision, WeightsDescription } from './extraction-contract.ts'

/** Throws AppError `extraction.precision-unsupported` where a network or a provider has no use for a precision. */
export function checkPrecision(
  { family, precisions }: WeightsDescription,
  precision: Precision,
  provider: string,
  file: string,
): void {
  const refuse = (why: string): AppError =>
    new AppError('extraction.precision-unsupported', `${file} cannot run in ${precision}: ${why}`, {
      file,
      precision,
      provider,
    })
  if (!precisions.includes(precision)) {
    throw refuse(`a ${family} gains nothing from it. Use one of ${precisions.join(', ')}.`)
  }
  if (precision === 'int8' && provider !== 'cpu') {
    throw refuse(`8-bit weights speed up the CPU only, and ${provider} was chosen. Use float16, or the device "cpu".`)
  }
  if (precision === 'float16' && provider === 'cpu') {
    throw refuse('the CPU has no half-precision arithmetic. Use int8 or float32, or a GPU.')
  }
}
