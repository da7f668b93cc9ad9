import type { DraftScene, DraftStudent, ImportDraft } from '#main/exchange/import-draft.ts'
import type { Store } from '#main/store/store.ts'
import { annotatorId } from '#main/store/tables/annotator.ts'
import { insertFeature } from '#main/store/tables/feature.ts'
import { appendLabel, importedClass } from '#main/store/tables/label.ts'
import { findSceneByPath, insertScene, updateScene } from '#main/store/tables/scene.ts'
import { insertStudent, setImportedBox, studentsOfScene } from '#main/store/tables/student.ts'
import type { StudentRow } from '#main/store/tables/student.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import type { Scene } from '#shared/domain/scene.ts'

/** Who is named as the annotator of labels that came with a file. */
export const importAnnotator = 'imported'

export interface DraftTarget {
  readonly importId: number
  /** null leaves the split of known scenes as it is. */
  readonly split: string | null
  readonly setIds: readonly number[]
  /** ISO 8601, UTC. */
  readonly at: string
  /** Size and time of photos on disk, by path below the photo root. */
  readonly photoFiles: ReadonlyMap<string, { readonly bytes: number; readonly modifiedMs: number }>
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (done: number, total: number) => void
}

export interface WrittenDraft {
  readonly sceneIds: readonly number[]
  readonly knownScenes: number
  readonly knownStudents: number
  /** Students whose label in another file says another class, as `166.jpg, student 1_30`. */
  readonly differingLabels: readonly string[]
  /** Scenes that another file had put into another split, as `166.jpg (train before)`. */
  readonly movedScenes: readonly string[]
}

/** One thing to write: a scene's students from `first` on, the scene itself before its first: a photo of thousands is no long transaction. */
interface Item {
  readonly scene: DraftScene
  readonly first: number
}

const studentsAtOnce = 50

function itemsOf(draft: ImportDraft): Item[] {
  return draft.scenes.flatMap((scene) => {
    const count = Math.max(1, Math.ceil(scene.students.length / studentsAtOnce))
    return Array.from({ length: count }, (_, part) => ({ scene, first: part * studentsAtOnce }))
  })
}

function photoColumns(scene: DraftScene, target: DraftTarget) {
  const { photo } = scene
  if (!photo || photo.problem !== null) return null
  const file = target.photoFiles.get(photo.relativePath)
  return {
    relativePath: photo.relativePath,
    hasPhoto: true,
    contentHash: photo.sha256,
    photoBytes: file?.bytes ?? null,
    photoModifiedMs: file?.modifiedMs ?? null,
  }
}

/** A scene that an import without photos made is known by the path in its file. */
function findScene(store: Store, scene: DraftScene): Scene | undefined {
  const known = findSceneByPath(store, scene.relativePath)
  if (known || !scene.photo) return known
  const withoutPhoto = findSceneByPath(store, scene.sourceKey)
  return withoutPhoto?.hasPhoto === false ? withoutPhoto : undefined
}

interface WrittenScene {
  readonly id: number
  readonly isKnown: boolean
  /** The split that it was taken out of. */
  readonly leftSplit: string | null
}

function writeScene(store: Store, scene: DraftScene, target: DraftTarget): WrittenScene {
  const known = findScene(store, scene)
  const photo = photoColumns(scene, target)
  const { widthPx, heightPx } = scene.size
  if (!known) {
    const id = insertScene(store, {
      relativePath: scene.relativePath,
      widthPx,
      heightPx,
      room: scene.room,
      takenAt: scene.takenAt,
      split: target.split,
      importId: target.importId,
      hasPhoto: false,
      contentHash: null,
      photoBytes: null,
      photoModifiedMs: null,
      ...photo,
    })
    return { id, isKnown: false, leftSplit: null }
  }
  const isBetterSize =
    scene.sizeOrigin === 'photo' || (!known.hasPhoto && scene.sizeOrigin === 'file') || known.widthPx === 0
  updateScene(store, known.id, {
    ...photo,
    ...(isBetterSize && { widthPx, heightPx }),
    ...(known.room === null && { room: scene.room }),
    ...(known.takenAt === null && { takenAt: scene.takenAt }),
    ...(target.split !== null && { split: target.split }),
  })
  const isMoved = target.split !== null && known.split !== target.split
  return { id: known.id, isKnown: true, leftSplit: isMoved ? known.split : null }
}

/** Students of a known scene that a file may name again, by their id; drawn ones are nobody's but ours. */
function knownStudentsOf(store: Store, sceneId: number): Map<string, StudentRow> {
  const students = studentsOfScene(store, sceneId).filter(({ source }) => source !== 'drawn')
  return new Map(students.reverse().map((student) => [student.bboxId, student]))
}

/** The id of a student of the current scene, who is added where the scene has none of that id. */
function writeStudent(
  store: Store,
  sceneId: number,
  student: DraftStudent,
  known: StudentRow | undefined,
  target: DraftTarget,
): number {
  if (known) {
    const isOurs = known.importId === target.importId || known.box === null
    if (isOurs && !known.boxEdited && student.box) setImportedBox(store, known.id, student.box, student.boxNormalised)
    return known.id
  }
  return insertStudent(store, {
    sceneId,
    bboxId: student.bboxId,
    box: student.box,
    normalised: student.boxNormalised,
    source: 'imported',
    importId: target.importId,
    position: student.row,
    sourcePath: student.sourcePath,
  })
}

/**
 * Writes what an import drafted, in short transactions. Scenes that are known by path and students that are known by scene and bbox_id
 * keep their labels, their edited boxes and their deletion; only what is new is added. Every row carries the import's id until
 * `finishImport`, so that an import that is killed or cancelled can be taken back.
 */
export async function writeDraft(store: Store, draft: ImportDraft, target: DraftTarget): Promise<WrittenDraft> {
  const items = itemsOf(draft)
  const annotator = store.transaction(() => annotatorId(store, importAnnotator))
  const sceneIds: number[] = []
  const differingLabels: string[] = []
  const movedScenes: string[] = []
  let knownScenes = 0
  let knownStudents = 0
  let sceneId = 0
  let knownHere = new Map<string, StudentRow>()

  const writeLabel = (studentId: number, classIndex: number, isKnown: boolean, place: string): void => {
    const before = isKnown ? importedClass(store, studentId) : null
    if (before === classIndex) return
    if (before !== null) differingLabels.push(place)
    const label = {
      studentId,
      classIndex,
      annotatorId: annotator,
      source: 'imported',
      at: target.at,
      rank: null,
    } as const
    appendLabel(store, { ...label, importId: target.importId })
  }
  const writeOne = (scene: DraftScene, student: DraftStudent): void => {
    const known = knownHere.get(student.bboxId)
    const id = writeStudent(store, sceneId, student, known, target)
    if (known) knownStudents += 1
    const place = `${scene.relativePath}, student ${student.bboxId}`
    if (student.label !== null) writeLabel(id, student.label, known !== undefined, place)
    for (const setId of target.setIds) insertFeature(store, id, setId, student.row)
  }
  const write = ({ scene, first }: Item): void => {
    if (first === 0) {
      const written = writeScene(store, scene, target)
      sceneId = written.id
      sceneIds.push(written.id)
      if (written.isKnown) knownScenes += 1
      if (written.leftSplit !== null) movedScenes.push(`${scene.relativePath} (${written.leftSplit} before)`)
      knownHere = written.isKnown ? knownStudentsOf(store, written.id) : new Map<string, StudentRow>()
    }
    for (const student of scene.students.slice(first, first + studentsAtOnce)) writeOne(scene, student)
  }
  await writeInSteps(store, items, write, {
    signal: target.signal,
    onProgress: (done) => target.onProgress?.(done, items.length),
  })
  return { sceneIds, knownScenes, knownStudents, differingLabels, movedScenes }
}
