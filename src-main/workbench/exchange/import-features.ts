import { readdir, rename } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { ImportSummary } from '#shared/contract/exchange.ts'
import { draftScenes } from '#main/exchange/rafnet/draft-features.ts'
import { examineFeatures } from '#main/exchange/rafnet/examine-features.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { importFiles } from '#main/exchange/rafnet/import-files.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { insertFeatureSet, listFeatureSets } from '#main/store/tables/feature.ts'
import { finishImport, importFolder, listImports, startImport } from '#main/store/tables/import.ts'
import type { ImportRow } from '#main/store/tables/import.ts'
import { makeFolder } from '../files.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { choosePlace } from './choose-place.ts'
import { draftAndExamine } from './draft-and-examine.ts'
import { discardUnfinished } from './discard-unfinished.ts'
import { writtenFindings } from './import-findings.ts'
import { findPhotosOf } from './photos-on-disk.ts'
import { resultOf } from './result-of.ts'
import { writeDraft } from './write-draft.ts'

export interface ImportRequest {
  /** Absolute. */
  readonly file: string
  readonly photoRoot: string | null
  readonly contextFile: string | null
  readonly split: string | null
}

/** Everything that one import works with. */
interface Import {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly request: ImportRequest
  readonly job: JobContext
}

const toPosix = (path: string): string => path.split(sep).join('/')

/** Feature sets of a new import; a file that is imported again keeps those it has. */
function featureSetsOf(
  { project }: Import,
  importId: number,
  known: ImportRow | undefined,
  table: FeatureTable,
): number[] {
  if (known)
    return listFeatureSets(project.store)
      .filter((set) => set.importId === known.id)
      .map(({ id }) => id)
  return project.store.transaction(() =>
    table.modalities.map(({ name, width, dtype, byteOrder, form, file, sha256 }) => {
      const path = toPosix(relative(project.folder, file))
      return insertFeatureSet(project.store, {
        modality: name,
        width,
        dtype,
        byteOrder,
        form,
        file: path,
        sha256,
        importId,
        producer: null,
      })
    }),
  )
}

/**
 * Marks the import as done and says where its forms lie. A file that is imported again renews the files of its first import: the same
 * bytes under the same names, unless somebody damaged them, and a context that was given only now.
 */
async function finish(
  { project, request }: Import,
  importId: number,
  known: ImportRow | undefined,
  table: FeatureTable,
): Promise<void> {
  const folder = importFolder(importId)
  if (known) await moveFiles(dirname(table.formFile), projectFile(project, folder))
  const contextForm = table.contextFormFile === null ? null : `${folder}/${importFiles.contextForm}`
  finishImport(project.store, importId, {
    sha256: table.sha256,
    split: request.split ?? known?.split ?? null,
    keys: table.keys,
    formFile: `${folder}/${importFiles.form}`,
    contextFormFile: contextForm ?? known?.contextFormFile ?? null,
    contextOrigin: table.context?.origin ?? known?.contextOrigin ?? null,
    rows: table.rows,
  })
}

async function moveFiles(from: string, to: string): Promise<void> {
  makeFolder(to)
  for (const name of await readdir(from)) await rename(join(from, name), join(to, name))
}

async function importTable(work: Import, table: FeatureTable, newId: number): Promise<ImportSummary> {
  const { context, project, request, job } = work
  const { store } = project
  const known = listImports(store).find(({ kind, sha256 }) => kind === 'features' && sha256 === table.sha256)
  const importId = known?.id ?? newId
  const chosen = choosePlace(project, request.photoRoot, table.file, table.imgPaths[0])
  const search = { compute: context.compute, projectFolder: project.folder, signal: job.signal }
  const onDisk = await findPhotosOf(table.imgPaths, chosen.place, search)
  const classes = new Set(listClasses(store).map(({ index }) => index))
  const { draft, findings } = await draftAndExamine(
    draftScenes(table, { ...onDisk, classes }),
    (drafted) => examineFeatures(table, drafted, classes),
    job.signal,
  )
  const written = await writeDraft(store, draft, {
    importId,
    split: request.split,
    setIds: featureSetsOf(work, importId, known, table),
    at: context.clock().toISOString(),
    photoFiles: onDisk.files,
    signal: job.signal,
    onProgress: (done, total) => job.progress(done, total),
  })
  await finish(work, importId, known, table)
  return {
    file: table.file,
    scenes: draft.scenes.length,
    students: draft.students,
    labels: draft.labels,
    modalities: table.modalities.map(({ name, width }) => ({ name, width })),
    photosMatched: draft.scenes.filter(({ photo }) => photo && photo.problem === null).length,
    omitted: [],
    findings: [...writtenFindings(written, known !== undefined), ...chosen.findings, ...findings],
  }
}

/**
 * The work of importing a RAFNet feature pickle: read in the compute process, matched to photos, examined, written. A file that was
 * imported before (by its sha256) is brought up to date instead of doubled. What fails or is cancelled leaves nothing behind.
 * Throws AppError `pickle.*`, `features.*`, `exchange.*`, `import.write-failed`, `project.none-open`, `job.cancelled`.
 */
export async function importFeatures(
  context: WorkbenchContext,
  request: ImportRequest,
  job: JobContext,
): Promise<ImportSummary> {
  const project = context.project.require()
  const { file, contextFile } = request
  const newId = startImport(project.store, { kind: 'features', file, createdAt: context.clock().toISOString() })
  const outFolder = projectFile(project, importFolder(newId))
  try {
    const reading = context.compute.features.read({ file, contextFile, outFolder }, { signal: job.signal })
    const table = await resultOf(reading, job)
    return await importTable({ context, project, request, job }, table, newId)
  } finally {
    await discardUnfinished(project, newId)
    context.changes.publish(['project', 'scenes', 'students', 'labels'])
  }
}
