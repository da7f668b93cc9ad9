import type { Evaluation, FigureIntervals } from '#shared/contract/evaluation.ts'
import { enoughScenes, minimumSupport } from '#shared/metrics/enough.ts'
import { headlineRows, type HeadlineRow } from '../headline-rows.ts'
import type { ReportHead, ReportRun } from '../report-model.ts'
import { reportWords, type ReportWords } from '../report-words.ts'
import { classChip } from './class-chip.ts'
import { escapeHtml } from './escape-html.ts'
import { percent, range, whisker } from './rates.ts'

/** The figures over all scenes: headline, confusion matrix, per class, per scene. */
export function figuresSection(head: ReportHead, run: ReportRun): string {
  const words = reportWords[head.language]
  const { evaluation } = run
  const left = [
    ...(evaluation.withoutLabel > 0 ? [`${evaluation.withoutLabel} ${words.withoutLabel}`] : []),
    ...(evaluation.withoutPrediction > 0 ? [`${evaluation.withoutPrediction} ${words.withoutPrediction}`] : []),
  ]
  return `<h2>${words.overall}</h2>
<dl class="figures">
${headlineRows(evaluation, run.intervals)
  .map((row) => tile(words, row))
  .join('\n')}
</dl>
<p class="quiet">${aboutIntervals(words, run.intervals)}</p>
<p class="quiet">${[words.smallNumbers, ...left].join(' · ')}</p>
<h2>${words.confusion}</h2><p class="quiet">${words.confusionNote}</p>${confusionTable(evaluation)}
<h2>${words.perClass}</h2>${classTable(words, run)}
<p class="quiet">${words.fewStudents}</p>
<h2>${words.perScene}</h2>${sceneTable(words, evaluation)}`
}

function tile(words: ReportWords, { figure, percent: value, count, total, interval }: HeadlineRow): string {
  const students = count === null ? `n = ${total}` : `${count} ${words.of} ${total}`
  const said = interval ? `${words.interval} ${range(interval)}` : words.noInterval
  const note = figure === 'macroF1NoNull' || figure === 'macroF1NonNullClasses' ? words[`${figure}Note`] : ''
  return `<div><dt>${words[figure]}</dt><dd>${value.toFixed(2)} %<small>${students} · ${said}</small><small>${note}</small></dd></div>`
}

/** Where the intervals come from, and that few scenes promise too much. */
function aboutIntervals(words: ReportWords, { scenes, resamples }: FigureIntervals): string {
  if (scenes < 2) return words.noScenesToDraw
  const about = words.drawn.replace('{resamples}', String(resamples)).replace('{scenes}', String(scenes))
  return scenes < enoughScenes ? `${about} ${words.fewScenes}` : about
}

function confusionTable({ classes, confusion }: Evaluation): string {
  const heads = classes.map((one) => `<th>${classChip(one.class, 'letter')}</th>`).join('')
  const rows = classes.map((one, row) => {
    const counts = confusion[row] ?? []
    const total = counts.reduce((sum, count) => sum + count, 0)
    const cells = counts.map(
      (count) => `<td class="s${total > 0 ? Math.round((10 * count) / total) : 0}">${count}</td>`,
    )
    return `<tr><th>${classChip(one.class)}</th>${cells.join('')}</tr>`
  })
  return `<table class="confusion"><thead><tr><th></th>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function classTable(words: ReportWords, { evaluation, intervals }: ReportRun): string {
  const withRange = (value: number, interval: readonly [number, number] | null) =>
    `<td>${percent(value)} <span class="quiet">${interval ? range(interval) : '–'}</span></td>`
  const rows = evaluation.classes.map((one, at) => {
    const rates =
      withRange(one.precision, one.precisionInterval) +
      withRange(one.recall, one.recallInterval) +
      withRange(one.f1, intervals.classF1[at] ?? null)
    return `<tr${few(one.support)}><td>${classChip(one.class)}</td><td>${one.support}${one.support < minimumSupport ? '*' : ''}</td>${rates}</tr>`
  })
  const heads = [words.behaviour, words.support, words.precision, words.recall, words.f1]
  return `<table><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

/** Figures of few students are greyed; a star says so where colour cannot. */
const few = (students: number): string => (students < minimumSupport ? ' class="few"' : '')

function sceneTable(words: ReportWords, evaluation: Evaluation): string {
  const rows = evaluation.scenes.map(
    (one) =>
      `<tr${few(one.students)}><td>${escapeHtml(one.scene)}</td><td>${one.students}</td><td>${one.correct}</td><td>${percent(one.accuracy)}</td><td>${whisker(one.accuracy, one.interval)} <span class="quiet">${range(one.interval)}</span></td></tr>`,
  )
  const heads = [words.scene, words.students, words.correct, words.accuracy, words.interval]
  return `<table><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}
