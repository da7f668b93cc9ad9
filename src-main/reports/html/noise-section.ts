import { className, type ReportHead, type ReportNoiseStudy } from '../report-model.ts'
import { reportWords } from '../report-words.ts'
import { escapeHtml } from './escape-html.ts'
import { percent } from './rates.ts'

/** How many answers change when the same photos are extracted again: the authors' features are one random draw. */
export function noiseSection({ classes, language }: ReportHead, study: ReportNoiseStudy): string {
  const words = reportWords[language]
  const share = (part: number, of: number): string => (of === 0 ? '' : percent((100 * part) / of))
  const rows = study.classes.map(
    ({ classIndex, students, unstable }) =>
      `<tr><td>${escapeHtml(className(classes, classIndex))}</td><td>${students}</td><td>${unstable}</td><td>${share(unstable, students)}</td></tr>`,
  )
  const heads = [words.behaviour, words.students, words.unstable, words.shareUnstable]
  const { accuracies } = study
  const range =
    accuracies.length === 0
      ? ''
      : ` · ${words.accuracy}: ${percent(Math.min(...accuracies))} – ${percent(Math.max(...accuracies))}`
  const about = words.noiseAbout
    .replace('{draws}', String(study.draws))
    .replace('{model}', escapeHtml(study.model))
    .replace('{weights}', escapeHtml(study.weights))
    .replace('{date}', escapeHtml(study.at.slice(0, 10)))
  return `<h2>${words.noise}</h2><p>${about}</p>
<p><b>${study.unstable} ${words.of} ${study.students}</b> ${words.changed} (${share(study.unstable, study.students)})${range} · ${words.vectorDistance} ${percent(100 * study.meanVectorDistance)}</p>
<table><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}
