import type { Agreement, PairAgreement } from '#shared/contract/evaluation.ts'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import { cohenKappa, fleissKappa } from '#shared/metrics/kappa.ts'
import { accuracy } from '#shared/metrics/scores.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { readOpinions, type Opinions } from './read-opinions.ts'
import { classPlaces } from './scored-run.ts'

/**
 * How far annotators agree on the students that more than one of them labelled by hand: Cohen's kappa of every pair, and
 * Fleiss' of all of them on the students that all labelled. Throws AppError `job.cancelled` when aborted.
 */
export async function annotatorAgreement(
  store: Store,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<Agreement> {
  const classes = listClasses(store)
  const placeOf = classPlaces(classes)
  const students = await readOpinions(store, sceneIds, signal)
  const labelled = new Map<string, number>()
  for (const opinions of students) {
    for (const name of opinions.keys()) labelled.set(name, (labelled.get(name) ?? 0) + 1)
  }
  const shared = students.filter((opinions) => opinions.size > 1)
  const names = [...new Set(shared.flatMap((opinions) => [...opinions.keys()]))].sort()
  const pairs = names.flatMap((first, at) =>
    names.slice(at + 1).flatMap((second) => agreementOf(shared, [first, second], classes.length, placeOf) ?? []),
  )
  const byAll = shared.filter((opinions) => opinions.size === names.length)
  const counts = byAll.map((opinions) => countsOf(opinions, classes.length, placeOf))
  return {
    annotators: [...labelled]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, count]) => ({ name, students: count })),
    pairs,
    all: names.length > 2 ? { annotators: names.length, students: byAll.length, kappa: fleissKappa(counts) } : null,
  }
}

function agreementOf(
  shared: readonly Opinions[],
  [first, second]: readonly [string, string],
  classCount: number,
  placeOf: (index: number) => number,
): PairAgreement | null {
  const both = shared.filter((opinions) => opinions.has(first) && opinions.has(second))
  if (both.length === 0) return null
  const placesOf = (name: string) => both.map((opinions) => placeOf(opinions.get(name) ?? -1))
  const confusion = confusionMatrix(placesOf(first), placesOf(second), classCount)
  return { first, second, students: both.length, percent: accuracy(confusion), kappa: cohenKappa(confusion) }
}

function countsOf(opinions: Opinions, classCount: number, placeOf: (index: number) => number): number[] {
  const counts = new Array<number>(classCount).fill(0)
  for (const index of opinions.values()) counts[placeOf(index)] = (counts[placeOf(index)] ?? 0) + 1
  return counts
}
