import type { ReportHead, ReportRun } from '../report-model.ts'
import { reportWords } from '../report-words.ts'
import { classChip } from './class-chip.ts'
import { percent } from './rates.ts'

/** What a model says over all scenes where nobody has checked it: how often it named each class, and no rate of being right. */
export function predictedSection({ classes, labels, language }: ReportHead, { predicted }: ReportRun): string {
  const words = reportWords[language]
  const total = [...predicted.values()].reduce((sum, count) => sum + count, 0)
  const rows = classes.map((one) => {
    const count = predicted.get(one.index) ?? 0
    return `<tr><td>${classChip(one)}</td><td>${count}</td><td>${total > 0 ? percent((100 * count) / total) : ''}</td></tr>`
  })
  const heads = [words.behaviour, words.students, words.shareOfPredicted]
  return `<h2>${words.overall}</h2>
<p><b>${words.unchecked}</b></p>
<p class="quiet">${total} ${words.of} ${labels.students} ${words.predictedStudents}</p>
<table><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}
