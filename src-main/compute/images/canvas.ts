import { AppError } from '#shared/contract/app-error.ts'
import type * as CanvasModule from '@napi-rs/canvas'

export type CanvasLibrary = typeof CanvasModule

let loading: Promise<CanvasLibrary> | null = null

/** The canvas library, loaded at the first photo. Fails with `compute.canvas-missing` where its native part cannot be loaded. */
export function loadCanvas(): Promise<CanvasLibrary> {
  loading ??= import('@napi-rs/canvas').catch((error: unknown) => {
    loading = null
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
    throw new AppError(
      'compute.canvas-missing',
      `Photos cannot be decoded because @napi-rs/canvas could not be loaded. Install Lectern's packages again (npm ci). Reason: ${reason}`,
      { reason },
      { cause: error },
    )
  })
  return loading
}

/** Encodes off this thread. `quality` is 1 to 100. */
export async function encodeJpeg(canvas: CanvasModule.Canvas, quality: number): Promise<Uint8Array> {
  return canvas.encode('jpeg', quality)
}
