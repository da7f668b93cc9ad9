import { readFile } from 'node:fs/promises'
import type { ExportPlan, ExportSelection } from '#shared/contract/exchange.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { createExportBuilder } from '#main/exchange/rafnet/export-builder.ts'
import type { PlannedExport } from '#main/exchange/rafnet/export-builder.ts'
import { chooseOrigin, orderEntries } from '#main/exchange/rafnet/export-student.ts'
import type { ExportEntry, ExportSet, ExportSource, ExportStudent } from '#main/exchange/rafnet/export-student.ts'
import { fileNameOf } from '#main/exchange/files.ts'
import { findingAt } from '#main/exchange/finding.ts'
import { createPlainExportBuilder } from '#main/exchange/rafnet/plain-export.ts'
import type { PlannedPlainExport } from '#main/exchange/rafnet/plain-export.ts'
import { importFiles } from '#main/exchange/rafnet/import-files.ts'
import type { ArrayForm } from '#main/exchange/rafnet/array-form.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Store } from '#main/store/store.ts'
import { featuresOfScene, listFeatureSets } from '#main/store/tables/feature.ts'
import type { FeatureSet } from '#main/store/tables/feature.ts'
import { importFolder, listImports } from '#main/store/tables/import.ts'
import { labelsInForceOfScene } from '#main/store/tables/label.ts'
import { allSceneIds, getScenes } from '#main/store/tables/scene.ts'
import { studentsOfScene } from '#main/store/tables/student.ts'
import { nanodetModality } from '../extraction/built-in-weights.ts'
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

type ProjectSet = FeatureSet & ExportSet

const listSets = (project: OpenProject): ProjectSet[] =>
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

/** An export in the form of the first file that its students came with. */
export interface PlannedLikeSource extends PlannedExport {
  readonly kind: 'like-source'
  /** Sets of vectors that were made here and are part of it. */
  readonly extracted: readonly FeatureSet[]
}

/** An export of students whom no feature file has. */
export interface PlannedPlain extends PlannedPlainExport {
  readonly kind: 'plain'
  readonly extracted: readonly FeatureSet[]
}

/**
 * Everything that an export of this selection would hold and leave out, without writing it. Where no student came with a feature pickle,
 * it takes the form that RAFNet's own extractor writes. Students are read twice, first for their order
 * and then for what they hold, so that memory does not grow with all they hold.
 * Throws AppError `export.no-source`, `export.no-scenes`, `export.modality-unknown`, `project.none-open`.
 */
export async function planFeatureExport(
  context: WorkbenchContext,
  selection: ExportSelection,
  signal?: AbortSignal,
): Promise<PlannedLikeSource | PlannedPlain> {
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
  if (found.every(({ origin }) => origin === null) && sets.some(({ importId }) => importId === null)) {
    return planPlain(scenes.values(), load, sets, selection, breathe)
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
  const planned = builder.finish()
  const extracted = madeHere(
    sets,
    planned.modalities.map(({ name }) => name),
  )
  return { kind: 'like-source', ...planned, plan: withLeftOut(planned.plan, sets, extracted), extracted }
}

const madeHere = (sets: readonly ProjectSet[], names: readonly string[]): ProjectSet[] =>
  sets.filter(({ producer, modality }) => producer !== null && names.includes(modality))

/** Vectors that were made here stay out of a file whose form has no place for them, unless they are asked for by name; the plan says so. */
function withLeftOut(plan: ExportPlan, sets: readonly ProjectSet[], written: readonly ProjectSet[]): ExportPlan {
  const others = sets.filter((set) => set.producer !== null && !written.includes(set)).map(({ modality }) => modality)
  const found = findingAt(
    'extracted-left-out',
    'info',
    [...new Set(others)],
    () =>
      `The vectors ${[...new Set(others)].join(', ')} were made here and the imported file has no place for them: they were left out. Name the modalities to export them too.`,
  )
  return { ...plan, findings: [...plan.findings, ...found] }
}

async function planPlain(
  scenes: Iterable<Scene>,
  load: (sceneId: number) => ExportStudent[],
  sets: readonly ProjectSet[],
  { modalities, unlabelled }: ExportSelection,
  breathe: () => Promise<void> | undefined,
): Promise<PlannedPlain> {
  const names = modalities ?? usualModalities(sets)
  const builder = createPlainExportBuilder({ sets, modalities: names, unlabelled })
  for (const { id, room, takenAt } of scenes) {
    builder.add({ room, takenAt, students: load(id).filter(({ deleted }) => !deleted) })
    await breathe()
  }
  return { kind: 'plain', ...builder.finish(), extracted: madeHere(sets, names) }
}

/** What RAFNet's extractor writes, relation first; the weak default vectors only where there is nothing else. */
function usualModalities(sets: readonly ProjectSet[]): string[] {
  const made = sets.flatMap(({ modality, producer }) => (producer ? [{ modality, producer }] : []))
  const strong = made.filter(({ producer }) => producer.family !== nanodetModality)
  const rank = ({ producer }: (typeof made)[number]): number => (producer.kind === 'relation' ? 0 : 1)
  const chosen = (strong.length > 0 ? strong : made).sort((one, other) => rank(one) - rank(other))
  return [...new Set(chosen.map(({ modality }) => modality))]
}
