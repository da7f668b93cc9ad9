import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ErrorDetails } from '#shared/contract/app-error.ts'

/** Libraries that onnxruntime-node does not bundle; they lie beside its own once its installer fetched them. */
const unbundled: Readonly<Record<string, string>> = { cuda: 'cuda', tensorrt: 'tensorrt' }

export const installCommand = 'node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12'

export const cpuOnly = 'Use the CPU on this machine.'

/** Why a provider does not run: a sentence, and the same as a code with what the sentence names. */
export interface ProviderReason {
  readonly reason: string
  readonly code: string
  readonly details: ErrorDetails
}

export interface LibraryProblem extends ProviderReason {
  readonly remedy: string
}

/**
 * What is wrong with a provider's own library, or null where it has none or nothing is.
 * ONNX Runtime itself only says "Failed to load shared library": the system's loader names what is missing.
 * Loading runs the library's initialisers: call it only in a process that may die.
 */
export function libraryProblem(provider: string, folder: string, load = loadLibrary): LibraryProblem | null {
  const absent = absentLibrary(provider, folder)
  if (absent) return absent
  const path = libraryPath(provider, folder)
  if (path === null) return null
  const message = load(path)
  const missing = message === null ? null : missingLibraryName(message)
  if (missing === null) return null
  return {
    reason: `${missing} is missing, which ${basename(path)} needs (${message ?? ''}).`,
    code: 'provider.dependency-missing',
    details: { missing, library: basename(path) },
    remedy: `Install the system package that holds ${missing} (CUDA 12 and cuDNN 9 of NVIDIA), then try again.`,
  }
}

/** The part of `libraryProblem` that loads nothing: the library is not there at all. */
export function absentLibrary(provider: string, folder: string): LibraryProblem | null {
  const path = libraryPath(provider, folder)
  if (path === null || existsSync(path)) return null
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      reason: `${basename(path)} is missing; onnxruntime-node has it for Linux on x64 only, not for ${process.platform} ${process.arch}.`,
      code: 'provider.library-elsewhere',
      details: { library: basename(path), platform: process.platform, arch: process.arch },
      remedy: cpuOnly,
    }
  }
  return {
    reason: `${basename(path)} is missing: it does not come with onnxruntime-node's package.`,
    code: 'provider.library-absent',
    details: { library: basename(path) },
    remedy: `Run in Lectern's folder: ${installCommand}`,
  }
}

/** The library's name in the loader's message, as in "libcublasLt.so.12: cannot open shared object file". */
export function missingLibraryName(message: string): string | null {
  return (
    /([\w.+-]+\.(?:so[\w.]*|dll|dylib))['"]?:? (?:cannot open|not found|image not found)/i.exec(message)?.[1] ?? null
  )
}

function libraryPath(provider: string, folder: string): string | null {
  const stem = unbundled[provider]
  if (stem === undefined) return null
  const name =
    process.platform === 'win32' ? `onnxruntime_providers_${stem}.dll` : `libonnxruntime_providers_${stem}.so`
  return join(folder, name)
}

/** The loader's complaint. A library that loads but is no Node add-on complains too; that text names no missing file. */
function loadLibrary(path: string): string | null {
  try {
    process.dlopen({ exports: {} }, path)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
