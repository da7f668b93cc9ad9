/** Ids of one photo with every repetition numbered: `a, b, a` becomes `a, b, a (2)`; an id that is taken by then gets the next number. */
export function uniqueIds(ids: readonly string[]): string[] {
  const taken = new Set(ids)
  const seen = new Set<string>()
  return ids.map((id) => {
    let unique = id
    for (let number = 2; seen.has(unique) || (unique !== id && taken.has(unique)); number += 1)
      unique = `${id} (${number})`
    seen.add(unique)
    return unique
  })
}
