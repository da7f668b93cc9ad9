import { basename } from 'node:path'
import type { ImportSummary } from '#shared/contract/exchange.ts'
import { draftSplit } from '#main/exchange/rafnet/draft-split.ts'
import { examineSplit } from '#main/exchange/rafnet/examine-split.ts'
import type { SplitTable } from '#main/exchange/rafnet/split-table.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { finishImport, listImports, startImport } from '#main/store/tables/import.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { choosePlace } from './choose-place.ts'
import { draftAndExamine } from './draft-and-examine.ts'
import { discardUnfinished } from './discard-unfinished.ts'
import { writtenFindings } from './import-findings.ts'
import { findPhotosOf } from './photos-on-disk.ts'
import { resultOf } from './result-of.ts'
import { writeDraft } from './write-draft.ts'

export interface SplitRequest {
  /** Absolute. */
  readonly file: string
  readonly photoRoot: string | null
  /** null takes the file's stem: `train` for `train.pkl`. */
  readonly split: string | null
}

interface SplitImport {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly request: SplitRequest
  readonly job: JobContext
  readonly newId: number
}

async function importTable(
  { context, project, request, job, newId }: SplitImport,
  table: SplitTable,
): Promise<ImportSummary> {
  const { store } = project
  const split = request.split ?? basename(table.file).replace(/\.[^.]*$/, '')
  const known = listImports(store).find(({ kind, sha256 }) => kind === 'split' && sha256 === table.sha256)
  const chosen = choosePlace(project, request.photoRoot, table.file, table.images[0]?.imgPath)
  const imgPaths = table.images.map(({ imgPath }) => imgPath)
  const search = { compute: context.compute, projectFolder: project.folder, signal: job.signal }
  const onDisk = await findPhotosOf(imgPaths, chosen.place, search)
  const classes = new Set(listClasses(store).map(({ index }) => index))
  const { draft, findings } = await draftAndExamine(
    draftSplit(table, { ...onDisk, classes }),
    (drafted) => examineSplit(table, drafted, classes),
    job.signal,
  )
  const importId = known?.id ?? newId
  const written = await writeDraft(store, draft, {
    importId,
    split,
    setIds: [],
    at: context.clock().toISOString(),
    photoFiles: onDisk.files,
    signal: job.signal,
    onProgress: (done, total) => job.progress(done, total),
  })
  const nothing = { keys: [], formFile: null, contextFormFile: null, contextOrigin: null }
  finishImport(store, importId, { ...nothing, sha256: table.sha256, split, rows: draft.students })
  return {
    file: table.file,
    scenes: draft.scenes.length,
    students: draft.students,
    labels: draft.labels,
    modalities: [],
    photosMatched: draft.scenes.filter(({ photo }) => photo && photo.problem === null).length,
    omitted: [],
    findings: [...writtenFindings(written, known !== undefined), ...chosen.findings, ...findings],
  }
}

/**
 * The work of importing a RAFNet split pickle: scenes, boxes and labels, no features. Its students meet those of a feature pickle by
 * photo and bbox_id, in whichever order the two are imported.
 * Throws AppError `pickle.*`, `split.*`, `exchange.*`, `project.none-open`, `job.cancelled`.
 */
export async function importSplit(
  context: WorkbenchContext,
  request: SplitRequest,
  job: JobContext,
): Promise<ImportSummary> {
  const project = context.project.require()
  const { file } = request
  const table = await resultOf(context.compute.features.readSplit({ file }, { signal: job.signal }), job)
  const newId = startImport(project.store, { kind: 'split', file, createdAt: context.clock().toISOString() })
  try {
    return await importTable({ context, project, request, job, newId }, table)
  } finally {
    await discardUnfinished(project, newId)
    context.changes.publish(['project', 'scenes', 'students', 'labels'])
  }
}
