/** Paths are the host's; the page only cuts and joins their text, with whichever separator they use. */
const separatorOf = (path: string) => (path.includes('\\') && !path.includes('/') ? '\\' : '/')

export const nameOfPath = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path

export function parentOfPath(path: string): string {
  const trimmed = path.replace(/[\\/]+$/, '')
  const cut = Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\'))
  if (cut < 0) return ''
  return trimmed.slice(0, cut) || separatorOf(path)
}

export function joinPath(folder: string, name: string): string {
  const separator = separatorOf(folder)
  return folder.endsWith(separator) ? `${folder}${name}` : `${folder}${separator}${name}`
}

export const stemOfPath = (path: string): string => nameOfPath(path).replace(/\.[^.]+$/, '')
