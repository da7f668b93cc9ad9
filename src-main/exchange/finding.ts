import type { Finding } from '#shared/contract/summary.ts'

const examplesShown = 5

/** A finding over the places where it holds, or none where there are none; `message` is given their number. */
export function findingAt(
  code: string,
  severity: Finding['severity'],
  places: readonly string[],
  message: (count: number) => string,
): Finding[] {
  if (places.length === 0) return []
  return [
    { code, severity, count: places.length, examples: places.slice(0, examplesShown), message: message(places.length) },
  ]
}

/** `1 student has`, `3 students have`. */
export const counted = (count: number, singular: string, plural: string): string =>
  `${count} ${count === 1 ? singular : plural}`

/** Photos whose size is not the one that the file says. */
export const sizesDiffer = (places: readonly string[]): Finding[] =>
  findingAt(
    'size-differs',
    'warning',
    places,
    (count) =>
      `${counted(count, 'photo has', 'photos have')} another size than the file says; boxes were kept as stored and may lie beside their students: check whether these are the right photos.`,
  )
