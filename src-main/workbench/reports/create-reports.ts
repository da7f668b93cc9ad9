import { createHash, type Hash } from 'node:crypto'
import { join } from 'node:path'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { ReportFormat, ReportSummary } from '#shared/contract/reports.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { classesCsv, figuresCsv, noiseCsv, scenesCsv, studentsCsv } from '#main/reports/csv/csv-report.ts'
import { htmlReport } from '#main/reports/html/html-report.ts'
import { reportStyle } from '#main/reports/html/report-style.ts'
import { jsonReport } from '#main/reports/json/json-report.ts'
import type { ReportHead, ReportScene } from '#main/reports/report-model.ts'
import { insertExport } from '#main/store/tables/export.ts'
import { writeFileAtomically } from '../files.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { chosenScenes, reportHead, reportScenes, type ReportChoice } from './report-source.ts'

/** A preview shows this many scenes: enough to judge the report by, and quick. */
const previewScenes = 6

interface ReportFile {
  readonly name: string
  readonly photos: boolean
  /** Left out of reports that it has nothing to tell of; of every report where this is left out. */
  readonly isFor?: (head: ReportHead) => boolean
  readonly content: (head: ReportHead, scenes: AsyncIterable<ReportScene>) => AsyncIterable<string> | string
}

const filesOf: Readonly<Record<ReportFormat, readonly ReportFile[]>> = {
  html: [{ name: 'report.html', photos: true, content: htmlReport }],
  csv: [
    { name: 'students.csv', photos: false, content: studentsCsv },
    { name: 'scenes.csv', photos: false, content: scenesCsv },
    { name: 'classes.csv', photos: false, content: classesCsv },
    { name: 'figures.csv', photos: false, content: figuresCsv },
    { name: 'noise.csv', photos: false, content: noiseCsv, isFor: ({ noiseStudy }) => noiseStudy !== null },
  ],
  json: [{ name: 'report.json', photos: false, content: jsonReport }],
}

/** The reports service: the preview in the page, and the files in a folder. */
export function createReports(context: WorkbenchContext): Handlers<LecternContract>['reports'] {
  let preview = { key: 0, html: '', style: '' }
  context.media.register('report', (key) =>
    Promise.resolve(
      key === String(preview.key)
        ? { status: 200, headers: previewHeaders(preview.style), body: preview.html }
        : { status: 404, headers: { 'content-type': 'text/plain' }, body: 'This preview is out of date.' },
    ),
  )

  return {
    preview: (choice, { signal }) =>
      context.jobs.run(
        'report',
        'report.html',
        async (job) => {
          const project = context.project.require()
          const head = await reportHead(context, project, choice, job.signal)
          const all = chosenScenes(project, choice)
          const shown = { ...choice, sceneIds: all.slice(0, previewScenes) }
          const onScene = (done: number) => job.progress(done, shown.sceneIds.length)
          const scenes = reportScenes(context, project, head, shown, { photos: true, signal: job.signal, onScene })
          const html = (await Array.fromAsync(htmlReport(head, scenes))).join('')
          preview = { key: preview.key + 1, html, style: reportStyle(head.classes) }
          return {
            mediaPath: `report/${preview.key}`,
            scenesShown: shown.sceneIds.length,
            scenesTotal: all.length,
          }
        },
        { signal },
      ),
    write: (input, { signal }) =>
      context.jobs.run('report', input.out, (job) => writeReport(context, input, job), { signal }),
  }
}

type Job = Parameters<Parameters<WorkbenchContext['jobs']['run']>[2]>[0]
type WriteInput = ReportChoice & { readonly out: string; readonly formats: readonly ReportFormat[] }

async function writeReport(context: WorkbenchContext, input: WriteInput, job: Job): Promise<ReportSummary> {
  const project = context.project.require()
  const head = await reportHead(context, project, input, job.signal)
  const choice = { ...input, sceneIds: chosenScenes(project, input) }
  const offered = [...new Set(input.formats)].flatMap((format) => filesOf[format])
  const wanted = offered.filter(({ isFor }) => isFor?.(head) ?? true)
  const total = wanted.length * choice.sceneIds.length
  const files: { file: string; bytes: number }[] = []
  for (const [position, { name, photos, content }] of wanted.entries()) {
    const onScene = (done: number) => job.progress(position * choice.sceneIds.length + done, total)
    const scenes = reportScenes(context, project, head, choice, { photos, signal: job.signal, onScene })
    const file = join(input.out, name)
    const written = { hash: createHash('sha256'), bytes: 0 }
    await writeFileAtomically(file, measured(content(head, scenes), written))
    files.push({ file, bytes: written.bytes })
    insertExport(project.store, {
      at: head.generatedAt,
      file,
      sha256: written.hash.digest('hex'),
      bytes: written.bytes,
      selection: { kind: 'report', runId: input.runId, faces: input.faces, sceneIds: input.sceneIds },
      students: head.run?.evaluation.students ?? head.labels.labelled,
    })
  }
  return { folder: input.out, files, faces: input.faces }
}

/** Hashes and counts what passes, so that a report of any size need not be read again. */
async function* measured(
  pieces: AsyncIterable<string> | string,
  written: { readonly hash: Hash; bytes: number },
): AsyncGenerator<string, void> {
  for await (const piece of typeof pieces === 'string' ? [pieces] : pieces) {
    written.hash.update(piece)
    written.bytes += Buffer.byteLength(piece)
    yield piece
  }
}

/** The preview needs nothing but itself: its one style sheet by its hash, images in the page. */
const previewHeaders = (style: string): Readonly<Record<string, string>> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    'img-src data:',
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "frame-ancestors 'self'",
  ].join('; '),
})
