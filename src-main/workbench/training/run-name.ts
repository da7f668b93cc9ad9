/** Folders that a training has beside its run folder. */
const taken = ['data']

/** A training's name as that of a file and a folder on every system. */
export function runNameOf(name: string): string {
  const safe = name
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    .replaceAll(/^[._]+|[._]+$/g, '')
    .slice(0, 80)
  return safe === '' || taken.includes(safe.toLowerCase()) ? `training_${safe}` : safe
}
