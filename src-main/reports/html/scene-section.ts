import { behaviourCounts, className, isWrong, type ReportHead, type ReportScene } from '../report-model.ts'
import { reportWords } from '../report-words.ts'
import { classChip } from './class-chip.ts'
import { escapeHtml } from './escape-html.ts'

/** One scene: its photo with the boxes, how many students did what, and every student in seat order. */
export function sceneSection(head: ReportHead, scene: ReportScene): string {
  const words = reportWords[head.language]
  const { score } = scene
  const rate = score
    ? `${words.accuracy} <b>${score.accuracy.toFixed(1)} %</b> (${score.correct} ${words.of} ${score.students}, ${words.interval} ${score.interval[0].toFixed(1)}–${score.interval[1].toFixed(1)} %)`
    : head.run
      ? words.noScore
      : `${scene.students.filter((one) => one.truth !== null).length} ${words.of} ${scene.students.length} ${words.labelledHere}`
  const about = [scene.room, scene.takenAt, scene.reviewed ? words.reviewed : words.notReviewed].filter(
    (part) => part !== null,
  )
  const counts = behaviourCounts(scene, head.classes)
  const tally = head.classes.map((one, at) => `${classChip(one)} ${counts[at]}`).join(' &nbsp; ')
  const photo = scene.photo
    ? `<img alt="${escapeHtml(scene.relativePath)}" src="data:image/jpeg;base64,${Buffer.from(scene.photo).toString('base64')}">`
    : `<p class="quiet">${words.noPhoto}</p>`
  return `<section class="scene"><header><h3>${escapeHtml(scene.relativePath)}</h3><span>${rate}</span></header>
<p class="quiet">${about.map(escapeHtml).join(' · ')}</p><p>${tally}</p>${photo}<div class="columns">${studentTable(head, scene)}</div></section>`
}

function studentTable(head: ReportHead, scene: ReportScene): string {
  const words = reportWords[head.language]
  const rows = scene.students.map((student) => {
    const wrong = isWrong(student) ? ' class="wrong"' : ''
    const confidence = student.confidence === null ? '' : `${Math.round(100 * student.confidence)} %`
    const cells = [student.bboxId, className(head.classes, student.truth)].map((text) => `<td>${escapeHtml(text)}</td>`)
    const predicted = escapeHtml(className(head.classes, student.predicted))
    const model = head.run ? `<td${wrong}>${predicted}</td><td>${confidence}</td>` : ''
    return `<tr><td>${student.seat}</td>${cells.join('')}${model}</tr>`
  })
  const heads = [words.seat, words.student, words.label, ...(head.run ? [words.prediction, words.confidence] : [])]
  return `<table class="students"><thead><tr>${heads.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}
