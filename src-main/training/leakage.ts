import type { Leakage } from '#shared/contract/training.ts'

const mostExamples = 5

/** Paths of one photo from Windows and from elsewhere are the same. */
const photoKey = (path: string): string => path.replaceAll('\\', '/').replace(/^(\.\/)+/, '')

/** Photos that lie in more than one split; null where there are none. `splits` maps each split to its students' image paths. */
export function findLeakage(splits: Readonly<Record<string, readonly string[]>>): Leakage | null {
  const photos = Object.entries(splits).map(([name, paths]) => ({ name, keys: new Set(paths.map(photoKey)) }))
  const leaked = new Set<string>()
  const pairs = photos.flatMap((one, index) =>
    photos.slice(index + 1).flatMap((other) => {
      const common = [...one.keys.intersection(other.keys)]
      for (const key of common) leaked.add(key)
      if (common.length === 0) return []
      const splitNames: readonly [string, string] = [one.name, other.name]
      return [{ splits: splitNames, photos: common.length, examples: common.slice(0, mostExamples) }]
    }),
  )
  return pairs.length === 0 ? null : { photos: leaked.size, pairs }
}
