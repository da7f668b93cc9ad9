import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type * as OnnxRuntime from 'onnxruntime-node'
import { AppError } from '#shared/contract/app-error.ts'

export type Runtime = typeof OnnxRuntime

let loading: Promise<Runtime> | null = null

/**
 * ONNX Runtime, loaded at the first use: Lectern opens, shows and corrects without it.
 * Fails with `compute.runtime-missing` and the loader's own words where its native library cannot be loaded.
 */
export function loadRuntime(): Promise<Runtime> {
  loading ??= import('onnxruntime-node').catch((error: unknown) => {
    loading = null
    throw runtimeMissing(error)
  })
  return loading
}

/** Folder of the native libraries of this platform: the providers' own libraries lie, or are missing, there. */
export function runtimeLibraryFolder(): string {
  const require = createRequire(import.meta.url)
  return dirname(
    require.resolve(`onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`),
  )
}

function runtimeMissing(error: unknown): AppError {
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
  const platform = `${process.platform} ${process.arch}`
  return new AppError(
    'compute.runtime-missing',
    `ONNX Runtime could not be loaded on ${platform}, so models cannot run; everything else works. ` +
      `Install Lectern's packages again (npm ci), or use a platform that onnxruntime-node supports. Reason: ${reason}`,
    { platform, reason },
    { cause: error },
  )
}
