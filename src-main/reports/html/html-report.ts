import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { sampleNote } from '#shared/domain/sample-note.ts'
import { isChecked, type ReportHead, type ReportRun, type ReportScene } from '../report-model.ts'
import { classWord, reportWords, type ReportWords } from '../report-words.ts'
import { escapeHtml } from './escape-html.ts'
import { figuresSection } from './figures-section.ts'
import { labelsSection } from './labels-section.ts'
import { noiseSection } from './noise-section.ts'
import { predictedSection } from './predicted-section.ts'
import { reportStyle } from './report-style.ts'
import { sceneSection } from './scene-section.ts'

/** The report as one self-contained HTML file, scene by scene, so that ten thousand photos never stand in memory at once. */
export async function* htmlReport(
  stored: ReportHead,
  scenes: AsyncIterable<ReportScene>,
): AsyncGenerator<string, void> {
  const head = withClassWords(stored)
  const words = reportWords[head.language]
  const { run } = head
  const model = run
    ? `${words.model}: ${escapeHtml(run.name)} (${escapeHtml(run.family)}), ${words.ranOn} ${escapeHtml(run.provider.toUpperCase())}`
    : words.noModel
  yield `<!doctype html>
<html lang="${head.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(head.project)} · ${words.title}</title><style>${reportStyle(head.classes)}</style></head><body><main>
<h1>${words.title}</h1><p><b>${escapeHtml(head.project)}</b> · ${escapeHtml(head.generatedAt.slice(0, 10))}</p>
<p class="quiet">${model} · ${words.made} ${escapeHtml(head.appVersion)}</p>
${run ? batchingLine(words, run.batching) + membersLine(words, run.members) : ''}${head.note === null ? '' : `<p class="note">${escapeHtml(head.note === sampleNote ? words.sampleNote : head.note)}</p>`}
<p class="quiet">${head.faces === 'shown' ? words.facesShown : words.facesPixelated}</p>
${run ? (isChecked(run) ? figuresSection(head, run) : predictedSection(head, run)) : labelsSection(head)}${head.noiseStudy ? noiseSection(head, head.noiseStudy) : ''}`
  for await (const scene of scenes) yield sceneSection(head, scene)
  yield '</main></body></html>\n'
}

function withClassWords(head: ReportHead): ReportHead {
  const inWords = (one: BehaviourClass): BehaviourClass => ({ ...one, name: classWord(one.name, head.language) })
  const { run } = head
  const scores = run?.evaluation.classes.map((score) => ({ ...score, class: inWords(score.class) }))
  return {
    ...head,
    classes: head.classes.map(inWords),
    run: run && { ...run, evaluation: { ...run.evaluation, classes: scores ?? [] } },
  }
}

/** Says how students were grouped where that was not by scene: `rafnet:<rows>`, or several ways in an ensemble. */
function batchingLine(words: ReportWords, batching: string): string {
  if (batching === 'scene') return ''
  const ways = batching.split(' + ').map((way) => {
    const rows = /^rafnet:(\d+)$/.exec(way)?.[1]
    if (rows) return words.batchedRows.replace('{rows}', rows)
    return way === 'scene' ? words.batchedScene : escapeHtml(way)
  })
  return `<p class="quiet">${words.batching}: ${ways.join(' + ')}</p>\n`
}

function membersLine(words: ReportWords, members: ReportRun['members']): string {
  if (members.length === 0) return ''
  const items = members.map(({ name, weight }) => `${escapeHtml(name)} (${weight.toFixed(3)})`)
  return `<p class="quiet">${words.members}: ${items.join(', ')}</p>\n`
}
