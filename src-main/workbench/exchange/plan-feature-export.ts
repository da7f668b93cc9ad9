import { readFile } from 'node:fs/promises'
import type { ExportSelection } from '#shared/contract/exchange.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { createExportBuilder } from '#main/exchange/rafnet/export-builder.ts'
import type { PlannedExport } from '#main/exchange/rafnet/export-builder.ts'
import { chooseOrigin, orderEntries } from '#main/exchange/rafnet/export-student.ts'
import type { ExportEntry, ExportSet, ExportSource, ExportStudent } from '#main/exchange/rafnet/export-student.ts'
import { fileNameOf } from '#main/exchange/files.ts'
import { importFiles } from '#main/exchange/rafnet/import-files.ts'
import type { ArrayForm } from '#main/exchange/rafnet/array-form.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Store } from '#main/store/store.ts'
import { featuresOfScene, listFeatureSets } from '#main/store/tables/feature.ts'
import { importFolder, listImports } from '#main/store/tables/import.ts'
import { labelsInForceOfScene } from '#main/store/tables/label.ts'
import { allSceneIds, getScenes } from '#main/store/tables/scene.ts'
import { studentsOfScene } from '#main/store/tables/student.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { createBreath } from './breath.ts'

async function readLabels(file: string): Promise<Int32Array | null> {
  const bytes = await readFile(file).catch(() => null)
  return bytes && new Int32Array(new Uint8Array(bytes).buffer)
}

async function listSources(project: OpenProject, sets: readonly ExportSet[]): Promise<ExportSource[]> {
  const imports = listImports(project.store).filter(({ kind, formFile }) => kind === 'features' && formFile !== null)
  return Promise.all(
    imports.map(async (one) => ({
      importId: one.id,
      name: fileNameOf(one.file),
      sha256: one.sha256 ?? '',
      split: one.split,
      keys: one.keys,
      modalities: sets.filter(({ importId }) => importId === one.id).map(({ modality }) => modality),
      formFile: projectFile(project, one.formFile ?? ''),
      contextFormFile: one.contextFormFile && projectFile(project, one.contextFormFile),
      labels: await readLabels(projectFile(project, `${importFolder(one.id)}/${importFiles.labels}`)),
    })),
  )
}

const listSets = (project: OpenProject): ExportSet[] =>
  listFeatureSets(project.store).map((set) => ({
    ...set,
    form: set.form as ArrayForm,
    file: projectFile(project, set.file),
  }))

function studentsOf(store: Store, scene: Scene, importOfSet: ReadonlyMap<number, number>): ExportStudent[] {
  const labels = labelsInForceOfScene(store, scene.id)
  const vectors = new Map<number, Map<number, number>>()
  for (const { studentId, setId, row } of featuresOfScene(store, scene.id)) {
    const known = vectors.get(studentId)
    if (known) known.set(setId, row)
    else vectors.set(studentId, new Map([[setId, row]]))
  }
  return studentsOfScene(store, scene.id).map((student) => {
    const own = vectors.get(student.id) ?? new Map<number, number>()
    // A student drawn here may have vectors too, but is a row of no imported file.
    const isImported = student.source === 'imported'
    const rows = new Map(
      isImported
        ? [...own].flatMap(([setId, row]) => {
            const importId = importOfSet.get(setId)
            return importId === undefined ? [] : [[importId, row] as const]
          })
        : [],
    )
    if (isImported && student.importId !== null && student.position !== null)
      rows.set(student.importId, student.position)
    return {
      sceneId: scene.id,
      scene: scene.name,
      size: { widthPx: scene.widthPx, heightPx: scene.heightPx },
      bboxId: student.bboxId,
      imgPath: student.sourcePath ?? scene.relativePath,
      box: student.box,
      boxEdited: student.boxEdited,
      deleted: student.deleted,
      label: labels.get(student.id) ?? null,
      rows,
      vectors: own,
    }
  })
}

function selectScenes(store: Store, selection: ExportSelection): Scene[] {
  const scenes = getScenes(store, selection.sceneIds ?? allSceneIds(store))
  const chosen = scenes.filter(({ split }) => selection.split === null || split === selection.split)
  if (chosen.length > 0) return chosen
  const what = selection.split === null ? 'these scenes' : `the split "${selection.split}"`
  throw new AppError('export.no-scenes', `There is no scene in ${what}; choose another split or other scenes.`, {
    split: selection.split,
  })
}

/** The sources that entries name, in order, and the entries renumbered accordingly. */
function namedSources(
  entries: readonly ExportEntry[],
  sources: readonly ExportSource[],
): { readonly sources: readonly ExportSource[]; readonly entries: readonly ExportEntry[] } {
  const named = new Set<number>()
  for (const { origin } of entries) if (origin) named.add(origin.source)
  if (named.size === sources.length) return { sources, entries }
  const kept = sources.filter((_source, index) => named.has(index))
  const position = new Map(kept.map((source, index) => [sources.indexOf(source), index]))
  const renumbered = entries.map(({ origin, ...entry }) => ({
    ...entry,
    origin: origin && { source: position.get(origin.source) ?? 0, row: origin.row },
  }))
  return { sources: kept, entries: renumbered }
}

/** Students of the scenes used last: an export walks through the scenes, but files may mix their rows. */
const scenesKept = 256

function createStudentCache(load: (sceneId: number) => ExportStudent[]): (entry: ExportEntry) => ExportStudent {
  const scenes = new Map<number, ExportStudent[]>()
  return ({ sceneId, place }) => {
    let students = scenes.get(sceneId)
    if (!students) {
      students = load(sceneId)
      scenes.set(sceneId, students)
      const oldest = scenes.keys().next()
      if (scenes.size > scenesKept && !oldest.done) scenes.delete(oldest.value)
    }
    return students[place]!
  }
}

/**
 * Everything that an export of this selection would hold and leave out, without writing it. Students are read twice, first for their order
 * and then for what they hold, so that memory does not grow with all they hold.
 * Throws AppError `export.no-source`, `export.no-scenes`, `export.modality-unknown`, `project.none-open`.
 */
export async function planFeatureExport(
  context: WorkbenchContext,
  selection: ExportSelection,
  signal?: AbortSignal,
): Promise<PlannedExport> {
  const project = context.project.require()
  const { store } = project
  const breathe = createBreath(signal)
  const sets = listSets(project)
  const allSources = await listSources(project, sets)
  const importOfSet = new Map(sets.flatMap(({ id, importId }) => (importId === null ? [] : [[id, importId] as const])))
  const scenes = new Map(selectScenes(store, selection).map((scene) => [scene.id, scene]))
  const load = (sceneId: number): ExportStudent[] => studentsOf(store, scenes.get(sceneId)!, importOfSet)
  const found: ExportEntry[] = []
  for (const sceneId of scenes.keys()) {
    load(sceneId).forEach((student, place) => {
      found.push({ sceneId, place, origin: chooseOrigin(student, allSources, selection.split) })
    })
    await breathe()
  }
  const { sources, entries } = namedSources(found, allSources)
  const { modalities, unlabelled } = selection
  const builder = createExportBuilder({ sources, sets, modalities, unlabelled })
  await breathe()
  const { ordered, peers } = orderEntries(entries)
  const studentOf = createStudentCache(load)
  for (const entry of ordered) {
    const peer = peers.get(entry)
    builder.add(
      { student: studentOf(entry), origin: entry.origin },
      peer ? { student: studentOf(peer), origin: peer.origin } : null,
    )
    await breathe()
  }
  return builder.finish()
}
