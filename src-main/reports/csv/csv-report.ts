import { className, isWrong, type ReportHead, type ReportScene } from '../report-model.ts'

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

/** One line a scene, then one line for all. Rates are percentages. */
export function scenesCsv({ evaluation }: ReportHead): string {
  const header = csvLine(['scene', 'students', 'correct', 'accuracy', 'interval low', 'interval high'])
  const rows = evaluation.scenes.map(({ scene, students, correct, accuracy, interval }) =>
    csvLine([scene, students, correct, accuracy, ...interval]),
  )
  const { count, total, percent, interval } = evaluation.accuracy
  return byteOrderMark + header + rows.join('') + csvLine(['all', total, count, percent, ...interval])
}

/** One line a class: its figures in percent, then its row of the confusion matrix. */
export function classesCsv({ evaluation }: ReportHead): string {
  const predicted = evaluation.classes.map((one) => `predicted ${one.class.name}`)
  const header = csvLine(['class', 'students', 'precision', 'recall', 'f1', ...predicted])
  const rows = evaluation.classes.map((one, row) =>
    csvLine([one.class.name, one.support, one.precision, one.recall, one.f1, ...(evaluation.confusion[row] ?? [])]),
  )
  return byteOrderMark + header + rows.join('')
}
