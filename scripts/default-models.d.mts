export const modelsFolder: string
export function cacheFolder(environment?: NodeJS.ProcessEnv, platform?: NodeJS.Platform): string
export function hasDefaultModels(folder?: string): boolean

export interface FetchOptions {
  readonly folder?: string
  readonly cache?: string
  /** Puts the package's tarball into a folder and answers with its path. */
  readonly pack?: (folder: string, say: (text: string) => void) => Promise<string>
  readonly say: (text: string) => void
}
export function fetchDefaultModels(options: FetchOptions): Promise<void>
