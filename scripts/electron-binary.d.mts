/** Either the path of an executable or why there is none. */
export type ElectronBinary =
  { readonly path: string; readonly why?: undefined } | { readonly path?: undefined; readonly why: string }

export function electronBinary(): ElectronBinary
export function obtainElectron(say: (text: string) => void): ElectronBinary
