import { AppError } from '#shared/contract/app-error.ts'
import type { SeveralRuns } from '#shared/contract/evaluation.ts'
import type { EvaluationFigures } from '#shared/metrics/evaluate.ts'
import { figureNames } from '#shared/metrics/headline-figures.ts'
import { spreadOf } from '#shared/metrics/spread.ts'
import type { Store } from '#main/store/store.ts'
import { createBreath } from '../exchange/breath.ts'
import { scoredRun, type ScoredRun } from './scored-run.ts'
import { comparedRun, sharedFigures, sharedStudents } from './shared-students.ts'

/**
 * Several runs, as the seeds of one model, on the students that all of them share: every run's figures, and how figures and classes spread
 * over the runs. Throws AppError `runs.unknown`, `evaluation.same-run`, `evaluation.nothing-shared` and, when aborted, `job.cancelled`.
 */
export async function severalRuns(store: Store, runIds: readonly number[], signal: AbortSignal): Promise<SeveralRuns> {
  const runs = await distinctRuns(store, runIds, signal)
  const shared = await sharedStudents(runs, signal)
  const students = shared.truth.length
  if (students === 0) throw nothingShared(runs.map(({ run }) => run.name))
  const breath = createBreath(signal)
  const figures: EvaluationFigures[] = []
  for (const place of runs.keys()) {
    figures.push(sharedFigures(shared, place))
    await breath()
  }
  const spread = (of: (figures: EvaluationFigures) => number) => spreadOf(figures.map(of))
  const entries = figureNames.map((name) => [name, spread((one) => one[name])] as const)
  return {
    students,
    runs: runs.flatMap((run, place) => {
      const own = figures[place]
      return own ? [comparedRun(run, own)] : []
    }),
    figures: Object.fromEntries(entries) as SeveralRuns['figures'],
    classes: (runs[0]?.classes ?? []).map((one, index) => ({
      class: one,
      support: figures[0]?.perClass[index]?.support ?? 0,
      precision: spread((own) => own.perClass[index]?.precision ?? 0),
      recall: spread((own) => own.perClass[index]?.recall ?? 0),
      f1: spread((own) => own.perClass[index]?.f1 ?? 0),
    })),
  }
}

async function distinctRuns(store: Store, runIds: readonly number[], signal: AbortSignal): Promise<ScoredRun[]> {
  const twice = runIds.find((id, place) => runIds.indexOf(id) !== place)
  if (twice !== undefined) {
    throw new AppError(
      'evaluation.same-run',
      `Run ${twice} is named more than once, and would count more than once. Name every run once.`,
      { run: twice },
    )
  }
  const breath = createBreath(signal)
  const runs: ScoredRun[] = []
  for (const id of runIds) {
    runs.push(await scoredRun(store, id, null))
    await breath()
  }
  return runs
}

const nothingShared = (names: readonly string[]): AppError =>
  new AppError(
    'evaluation.nothing-shared',
    `No labelled student has a prediction of all of ${names.join(', ')}, so there is nothing to compare them on. Run them on the same scenes.`,
    { runs: names },
  )
