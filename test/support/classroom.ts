import type { SceneDetail, SceneRow, SceneStudent } from '#shared/contract/scenes.ts'
import type { EditStep } from '#shared/contract/edits.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Edit } from '#shared/domain/edit.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { HandlerOverrides } from './fake-workbench.ts'

export const prediction = (runId: number, classIndex: number, probability = 0.9): Prediction => ({
  runId,
  classIndex,
  logits: [0, 1, 2, 3, 4].map((index) => (index === classIndex ? 2 : 0)),
  probabilities: [0, 1, 2, 3, 4].map((index) => (index === classIndex ? probability : (1 - probability) / 4)),
  gate: null,
})

/** A student in seat `id` of a row of 20 px boxes; nobody has said anything about it yet. */
export const pupil = (id: number, change: Partial<SceneStudent> = {}): SceneStudent => ({
  id,
  sceneId: 1,
  bboxId: `p${id}`,
  box: { x1: id * 30, y1: 10, x2: id * 30 + 20, y2: 40 },
  source: 'imported',
  label: null,
  importedClassIndex: null,
  boxIssue: null,
  detectionScore: null,
  modalities: [],
  predictions: [],
  movedSince: [],
  neighboursMovedSince: [],
  ...change,
})

export const labelled = (classIndex: number, source: 'imported' | 'person' | 'accepted' = 'person') => ({
  classIndex,
  annotator: 'me',
  source,
  at: '2026-01-01T08:00:00.000Z',
})

export const sceneOf = (id: number): SceneDetail['scene'] => ({
  id,
  name: `${id}.jpg`,
  relativePath: `${id}.jpg`,
  widthPx: 400,
  heightPx: 300,
  hasPhoto: true,
  room: null,
  takenAt: null,
  split: null,
  review: 'open',
})

/** A workbench's scenes and edits in memory, written by hand. Writes wait at the gate while it is shut; `refuse` makes them fail. */
export function classroom(scenes: Record<number, SceneStudent[]>) {
  const students = new Map(Object.entries(scenes).map(([id, list]) => [Number(id), list]))
  const reviews = new Map<number, 'open' | 'reviewed'>()
  const written: Edit[] = []
  let nextId = 1000
  let gate: Promise<void> = Promise.resolve()
  let refuse = false
  let loads = 0

  function change(edit: Edit): number {
    if (edit.kind === 'review') {
      reviews.set(edit.sceneId, edit.review)
      return 0
    }
    if (edit.kind === 'draw') {
      const id = ++nextId
      students.get(edit.sceneId)!.push(pupil(id, { box: edit.box, source: 'drawn', sceneId: edit.sceneId }))
      return id
    }
    for (const [sceneId, list] of students) {
      const at = list.findIndex((student) => student.id === edit.studentId)
      if (at < 0) continue
      if (edit.kind === 'delete') students.set(sceneId, list.toSpliced(at, 1))
      else if (edit.kind === 'box') list[at] = { ...list[at]!, box: edit.box }
      else list[at] = { ...list[at]!, label: { ...labelled(edit.classIndex), source: edit.source } }
      return edit.studentId
    }
    throw new AppError('edits.student-unknown', `There is no student ${edit.studentId}.`)
  }

  const overrides: HandlerOverrides = {
    scenes: {
      get: ({ sceneId }) => {
        loads += 1
        const list = students.get(sceneId)
        if (!list) throw new AppError('scenes.unknown', `There is no scene ${sceneId}.`)
        return { scene: { ...sceneOf(sceneId), review: reviews.get(sceneId) ?? 'open' }, students: [...list] }
      },
    },
    edits: {
      apply: async ({ edits }): Promise<EditStep> => {
        await gate
        if (refuse) throw new AppError('store.disk-full', 'The disk is full.')
        written.push(...edits)
        return { id: written.length, kinds: {}, sceneIds: [1], studentIds: edits.map(change) }
      },
    },
  }

  return {
    overrides,
    written,
    loads: () => loads,
    /** Holds back every write until the returned function is called. */
    shut: (): (() => void) => {
      let open = (): void => undefined
      gate = new Promise((resolve) => (open = resolve))
      return open
    },
    refuse: (on: boolean) => (refuse = on),
  }
}

export const row = (id: number, change: Partial<SceneRow> = {}): SceneRow => ({
  ...sceneOf(id),
  students: 2,
  labelled: 2,
  confirmed: 0,
  scored: 2,
  correct: 1,
  ...change,
})
