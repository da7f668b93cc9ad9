import type { Evaluation, Rate } from '#shared/contract/evaluation.ts'
import type { ReportHead } from '../report-model.ts'
import { reportWords } from '../report-words.ts'
import { classChip } from './class-chip.ts'
import { escapeHtml } from './escape-html.ts'
import { percent, range, whisker } from './rates.ts'

/** The figures over all scenes: headline, confusion matrix, per class, per scene. */
export function figuresSection(head: ReportHead, evaluation: Evaluation): string {
  const words = reportWords[head.language]
  const rate = (name: string, { count, total, percent: value, interval }: Rate) =>
    `<div><dt>${name}</dt><dd>${percent(value)}<small>${count} ${words.of} ${total} · ${words.interval} ${range(interval)}</small></dd></div>`
  const figure = (name: string, value: number, note = '') =>
    `<div><dt>${name}</dt><dd>${value.toFixed(2)}<small>${note}</small></dd></div>`
  const left = [
    ...(evaluation.withoutLabel > 0 ? [`${evaluation.withoutLabel} ${words.withoutLabel}`] : []),
    ...(evaluation.withoutPrediction > 0 ? [`${evaluation.withoutPrediction} ${words.withoutPrediction}`] : []),
  ]
  return `<h2>${words.overall}</h2>
<dl class="figures">
${rate(words.accuracy, evaluation.accuracy)}
${rate(words.accuracyNoNull, evaluation.accuracyNoNull)}
${figure(words.macroF1NoNull, evaluation.macroF1NoNull, words.macroF1NoNullNote)}
${figure(words.macroF1NonNullClasses, evaluation.macroF1NonNullClasses, words.macroF1NonNullClassesNote)}
${figure(words.macroF1, evaluation.macroF1)}
${figure(words.weightedF1, evaluation.weightedF1)}
</dl>
<p class="quiet">${[words.smallNumbers, ...left].join(' · ')}</p>
<h2>${words.confusion}</h2><p class="quiet">${words.confusionNote}</p>${confusionTable(evaluation)}
<h2>${words.perClass}</h2>${classTable(head, evaluation)}
<h2>${words.perScene}</h2>${sceneTable(head, evaluation)}`
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

function classTable({ language }: ReportHead, evaluation: Evaluation): string {
  const words = reportWords[language]
  const rows = evaluation.classes.map(
    (one) =>
      `<tr><td>${classChip(one.class)}</td><td>${one.support}</td><td>${percent(one.precision)}</td><td>${percent(one.recall)} <span class="quiet">${range(one.recallInterval)}</span></td><td>${percent(one.f1)}</td></tr>`,
  )
  const heads = [words.behaviour, words.support, words.precision, words.recall, words.f1]
  return `<table><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function sceneTable({ language }: ReportHead, evaluation: Evaluation): string {
  const words = reportWords[language]
  const rows = evaluation.scenes.map(
    (one) =>
      `<tr><td>${escapeHtml(one.scene)}</td><td>${one.students}</td><td>${one.correct}</td><td>${percent(one.accuracy)}</td><td>${whisker(one.accuracy, one.interval)} <span class="quiet">${range(one.interval)}</span></td></tr>`,
  )
  const heads = [words.scene, words.students, words.correct, words.accuracy, words.interval]
  return `<table><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}
