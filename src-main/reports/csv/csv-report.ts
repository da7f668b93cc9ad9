import { minimumSupport } from '#shared/metrics/enough.ts'
import { headlineRows } from '../headline-rows.ts'
import { className, isChecked, isWrong, type ReportHead, type ReportRun, type ReportScene } from '../report-model.ts'

/** Spreadsheets take text that starts so for a formula; an apostrophe keeps it text. */
const startsLikeFormula = /^[=+\-@\t\r]/

type Cell = string | number | null

export function csvLine(cells: readonly Cell[]): string {
  const texts = cells.map((cell) => {
    if (cell === null) return ''
    if (typeof cell === 'number') return String(cell)
    const safe = startsLikeFormula.test(cell) ? `'${cell}` : cell
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  })
  return `${texts.join(',')}\r\n`
}

/** UTF-8 byte order mark: spreadsheet programs then read Chinese names right. */
export const byteOrderMark = '\uFEFF'

/** One line a student of every scene. Probabilities are 0 to 1. */
export async function* studentsCsv(head: ReportHead, scenes: AsyncIterable<ReportScene>): AsyncGenerator<string, void> {
  const probabilities = head.classes.map((one) => `p(${one.name})`)
  const columns = [
    'scene',
    'seat',
    'student',
    'label',
    'label source',
    'annotator',
    'prediction',
    'confidence',
    'correct',
  ]
  yield byteOrderMark + csvLine([...columns, ...probabilities])
  for await (const scene of scenes) {
    yield scene.students
      .map((student) =>
        csvLine([
          scene.relativePath,
          student.seat,
          student.bboxId,
          className(head.classes, student.truth),
          student.truthSource,
          student.annotator,
          className(head.classes, student.predicted),
          student.confidence,
          student.truth === null || student.predicted === null ? null : isWrong(student) ? 0 : 1,
          ...head.classes.map((one) => student.probabilities?.[one.index] ?? null),
        ]),
      )
      .join('')
  }
}

/** One line a scene, then one line for all: rates in percent of the run, or without one how many students did what. */
export async function* scenesCsv(head: ReportHead, scenes: AsyncIterable<ReportScene>): AsyncGenerator<string, void> {
  if (!head.run) return yield* labelledScenesCsv(head, scenes)
  if (!isChecked(head.run)) return yield* predictedScenesCsv(head, head.run, scenes)
  const { evaluation } = head.run
  const header = csvLine(['scene', 'students', 'correct', 'accuracy', 'interval low', 'interval high'])
  const rows = evaluation.scenes.map(({ scene, students, correct, accuracy, interval }) =>
    csvLine([scene, students, correct, accuracy, ...interval]),
  )
  const { count, total, percent, interval } = evaluation.accuracy
  yield byteOrderMark + header + rows.join('') + csvLine(['all', total, count, percent, ...interval])
}

async function* labelledScenesCsv(
  { classes, labels }: ReportHead,
  scenes: AsyncIterable<ReportScene>,
): AsyncGenerator<string, void> {
  yield byteOrderMark + csvLine(['scene', 'students', 'labelled', ...classes.map((one) => one.name)])
  for await (const { relativePath, students } of scenes) {
    const truth = students.flatMap((one) => (one.truth === null ? [] : [one.truth]))
    const counts = classes.map(({ index }) => truth.filter((one) => one === index).length)
    yield csvLine([relativePath, students.length, truth.length, ...counts])
  }
  yield csvLine(['all', labels.students, labels.labelled, ...classes.map(({ index }) => labels.counts.get(index) ?? 0)])
}

/** Of a run that nobody has checked: how many students it sees do what. */
async function* predictedScenesCsv(
  { classes }: ReportHead,
  { predicted }: ReportRun,
  scenes: AsyncIterable<ReportScene>,
): AsyncGenerator<string, void> {
  yield byteOrderMark + csvLine(['scene', 'students', ...classes.map((one) => `predicted ${one.name}`)])
  let all = 0
  for await (const { relativePath, students } of scenes) {
    const counts = classes.map(({ index }) => students.filter((one) => one.predicted === index).length)
    all += students.length
    yield csvLine([relativePath, students.length, ...counts])
  }
  yield csvLine(['all', all, ...classes.map(({ index }) => predicted.get(index) ?? 0)])
}

/** One line a class that most draws of the noise gave, then one for all; nothing where nobody studied it. */
export function noiseCsv({ noiseStudy, classes }: ReportHead): string {
  const header = csvLine(['class', 'students', 'changed', 'draws', 'lowest accuracy', 'highest accuracy'])
  if (!noiseStudy) return byteOrderMark + header
  const { draws, accuracies } = noiseStudy
  const range = accuracies.length === 0 ? [null, null] : [Math.min(...accuracies), Math.max(...accuracies)]
  const rows = noiseStudy.classes.map(({ classIndex, students, unstable }) =>
    csvLine([className(classes, classIndex), students, unstable, draws]),
  )
  const all = csvLine(['all', noiseStudy.students, noiseStudy.unstable, draws, ...range])
  return byteOrderMark + header + rows.join('') + all
}

/** One line a headline figure: percent, over how many students, its 95 % interval and where that comes from; nothing without a run or a label. */
export function figuresCsv({ run }: ReportHead): string {
  const header = csvLine(['figure', 'percent', 'students', 'interval low', 'interval high', 'interval method'])
  const rows = run && isChecked(run) ? headlineRows(run.evaluation, run.intervals) : []
  const lines = rows.map(({ figure, percent, total, interval, method }) =>
    csvLine([figure, percent, total, ...(interval ?? [null, null]), method]),
  )
  return byteOrderMark + header + lines.join('')
}

/**
 * One line a class: its figures in percent with the interval of its F1 and whether it has too few students to say much (1), then its row
 * of the confusion matrix; without a run, its students alone; without a label,
 * those that the run predicts.
 */
export function classesCsv({ run, classes, labels }: ReportHead): string {
  if (!run) {
    const lines = classes.map(({ name, index }) => csvLine([name, labels.counts.get(index) ?? 0]))
    return byteOrderMark + csvLine(['class', 'students']) + lines.join('')
  }
  if (!isChecked(run)) {
    const lines = classes.map(({ name, index }) => csvLine([name, run.predicted.get(index) ?? 0]))
    return byteOrderMark + csvLine(['class', 'predicted students']) + lines.join('')
  }
  const { evaluation, intervals } = run
  const predicted = evaluation.classes.map((one) => `predicted ${one.class.name}`)
  const header = csvLine([
    'class',
    'students',
    'precision',
    'recall',
    'f1',
    'f1 interval low',
    'f1 interval high',
    'few students',
    ...predicted,
  ])
  const rows = evaluation.classes.map((one, row) =>
    csvLine([
      one.class.name,
      one.support,
      one.precision,
      one.recall,
      one.f1,
      ...(intervals.classF1[row] ?? [null, null]),
      one.support < minimumSupport ? 1 : 0,
      ...(evaluation.confusion[row] ?? []),
    ]),
  )
  return byteOrderMark + header + rows.join('')
}
