import { wilsonInterval } from '#shared/metrics/wilson-interval.ts'
import type { ReportHead } from '../report-model.ts'
import { reportWords } from '../report-words.ts'
import { classChip } from './class-chip.ts'
import { percent, range, whisker } from './rates.ts'

/** What the labels say over all scenes, for a report without a model: how many students did what, and how sure that share is. */
export function labelsSection({ classes, labels, language }: ReportHead): string {
  const words = reportWords[language]
  if (labels.labelled === 0) {
    return `<h2>${words.overall}</h2><p><b>${labels.students} ${words.foundOnly}</b></p><p>${words.nextSteps}</p>`
  }
  const rows = classes.map((one) => {
    const count = labels.counts.get(one.index) ?? 0
    const share = labels.labelled > 0 ? (100 * count) / labels.labelled : null
    const interval = wilsonInterval(count, labels.labelled)
    const rate =
      share === null
        ? '<td></td><td></td>'
        : `<td>${percent(share)}</td><td>${whisker(share, interval)} <span class="quiet">${range(interval)}</span></td>`
    return `<tr><td>${classChip(one)}</td><td>${count}</td>${rate}</tr>`
  })
  const heads = [words.behaviour, words.students, words.share, words.interval]
  return `<h2>${words.overall}</h2>
<p class="quiet">${labels.labelled} ${words.of} ${labels.students} ${words.labelled} · ${words.smallNumbers}</p>
<table><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}
