import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ReviewItem, ReviewQueue, ReviewReason } from '#shared/contract/learning.ts'
import type { Store } from '#main/store/store.ts'
import { insertDetection } from '#main/store/tables/detection.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent } from '#main/store/tables/student.ts'
import { fakeCompute } from '../../support/fake-compute.ts'
import { aScene, aStudent } from '../../support/new-rows.ts'
import { importScenes, inCall, projectWorkbench, writeTo, type TestWorkbench } from '../../support/workbench.ts'

let workbench: TestWorkbench
let students: number[][]
let sceneIds: number[]

interface Asked {
  readonly runId?: number
  readonly reasons?: readonly ReviewReason[]
  readonly predicted?: number
  readonly offset?: number
  readonly limit?: number
}
const queue = async ({ runId, reasons, predicted, offset = 0, limit = 100 }: Asked = {}): Promise<ReviewQueue> =>
  workbench.handlers.learning.reviewQueue(
    { runId: runId ?? null, reasons: reasons ? [...reasons] : null, predicted: predicted ?? null, offset, limit },
    inCall,
  )
const idsOf = ({ items }: ReviewQueue): number[] => items.map(({ studentId }) => studentId)
const itemOf = ({ items }: ReviewQueue, studentId: number): ReviewItem | undefined =>
  items.find((item) => item.studentId === studentId)

async function model(name: string): Promise<number> {
  const file = join(workbench.projectFolder, `${name}.pth`)
  writeFileSync(file, name)
  const added = await workbench.handlers.models.add({ file, config: null, chosen: {}, name }, inCall)
  const run = { modelId: added.id, sceneIds: null, name, device: 'cpu' as const, batching: 'scene' }
  return (await workbench.handlers.models.predict(run, inCall)).id
}
const edit = (...edits: Parameters<TestWorkbench['handlers']['edits']['apply']>[0]['edits']) =>
  workbench.handlers.edits.apply({ edits, annotator: 'Ada' }, inCall)
const labelOf = (studentId: number, classIndex: number) =>
  ({ kind: 'label', studentId, classIndex, source: 'person' }) as const

/** Two photos of four students; the second student of each is torn between classes 0 and 1, all others are sure of class 0. */
beforeEach(async () => {
  const compute = fakeCompute({ logitsOf: (position) => (position % 4 === 1 ? [1, 0.9, 0, 0, 0] : [9, 0, 0, 0, 0]) })
  workbench = await projectWorkbench({ compute })
  writeTo(workbench.projectFolder, (store) => {
    const made = importScenes(store, { scenes: [4, 4], labelOf: () => null })
    students = made.studentIds
    sceneIds = made.sceneIds
  })
})

describe('without a prediction', () => {
  test('nobody needs eyes', async () => {
    expect(await queue()).toEqual({ total: 0, items: [], runId: null, byReason: {}, byPredicted: {} })
  })

  test('boxes that a detector was least sure of do, until somebody touches them', async () => {
    let found: number[] = []
    writeTo(workbench.projectFolder, (store) => (found = detected(store, [0.2, 0.5, 0.6, 0.7, 0.8, 0.9])))
    const { items, byReason } = await queue()
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      studentId: found[0],
      predicted: -1,
      truth: -1,
      labelIndex: null,
      reasons: [{ reason: 'box-doubtful', value: 0.2 }],
    })
    expect(byReason).toEqual({ 'box-doubtful': 1 })
    await edit({ kind: 'box', studentId: found[0]!, box: { x1: 5, y1: 5, x2: 50, y2: 60 } })
    expect(idsOf(await queue())).not.toContain(found[0])
  })
})

function detected(store: Store, scores: readonly number[]): number[] {
  const sceneId = insertScene(store, aScene('found.jpg'))
  return scores.map((score, index) => {
    const box = { x1: 60 * index, y1: 0, x2: 60 * index + 40, y2: 50 }
    const id = insertStudent(store, { ...aStudent(sceneId, String(index + 1)), source: 'detected', box })
    insertDetection(store, { studentId: id, detectorSha256: 'dd', score, box })
    return id
  })
}

describe('with predictions', () => {
  test('who is torn comes, with the margin; who is sure does not', async () => {
    const runId = await model('head')
    const answer = await queue()
    expect(answer).toMatchObject({ total: 2, runId, byReason: { margin: 2 }, byPredicted: { 0: 2 } })
    expect(idsOf(answer)).toEqual([students[0]![1], students[1]![1]])
    const [item] = answer.items
    expect(item).toMatchObject({ scene: '1.jpg', bboxId: '2', predicted: 0, truth: -1, labelSource: null })
    expect(item!.reasons[0]!.value).toBeCloseTo(0.0316, 3)
    expect(item!.priority).toBeGreaterThan(0)
  })

  test('who was labelled leaves at once, and comes back with undo', async () => {
    await model('head')
    const torn = students[0]![1]!
    await queue()
    await edit(labelOf(torn, 1))
    expect(idsOf(await queue())).not.toContain(torn)
    await workbench.handlers.edits.undo({}, inCall)
    expect(idsOf(await queue())).toContain(torn)
  })

  test('a photo that was marked reviewed, and a deleted student, leave', async () => {
    await model('head')
    await queue()
    await edit({ kind: 'review', sceneId: sceneIds[0]!, review: 'reviewed' })
    expect(idsOf(await queue())).toEqual([students[1]![1]])
    await edit({ kind: 'delete', studentId: students[1]![1]! })
    expect((await queue()).total).toBe(0)
    await edit({ kind: 'review', sceneId: sceneIds[0]!, review: 'open' })
    expect(idsOf(await queue())).toEqual([students[0]![1]])
  })

  test('two models that disagree, by reason and by class', async () => {
    await model('one')
    workbench.compute.logitsOf = (position) => (position === 6 ? [0, 0, 5, 0, 0] : [9, 0, 0, 0, 0])
    const runId = await model('two')
    const answer = await queue()
    expect(answer.runId).toBe(runId)
    const odd = students[1]![2]!
    expect(itemOf(answer, odd)?.reasons.map(({ reason }) => reason)).toContain('models-disagree')
    expect(idsOf(await queue({ reasons: ['models-disagree'] }))).toEqual([odd])
    expect(idsOf(await queue({ predicted: 2 }))).toEqual([odd])
    const other = await queue({ reasons: ['margin'] })
    expect(other).toMatchObject({ total: 0, byReason: { 'models-disagree': 1 }, byPredicted: {} })
  })

  test('a label that a model finds unlikely, until a person says it again', async () => {
    await edit(...students.flat().map((id) => labelOf(id, 0)))
    await edit(labelOf(students[0]![3]!, 2))
    // The model has seen labels up to here.
    const runId = await model('head')
    writeTo(workbench.projectFolder, (store) => {
      const last = store.prepare<{ id: number }>('SELECT max(id) AS id FROM label').get()!.id
      store
        .prepare(`INSERT INTO learnt (model_id, run_id, figures, last_label_id, created_at) VALUES (1, ?, '{}', ?, '')`)
        .run(runId, last)
    })
    const answer = await queue({ runId })
    expect(idsOf(answer)).toEqual([students[0]![3]])
    expect(answer.items[0]).toMatchObject({ labelIndex: 2, labelSource: 'person', predicted: 0, truth: 2 })
    expect(answer.items[0]!.reasons[0]).toMatchObject({ reason: 'label-suspect' })
    await edit(labelOf(students[0]![3]!, 2))
    expect((await queue({ runId })).total).toBe(0)
  })

  test('pages follow each other', async () => {
    await model('head')
    const [first, second] = [await queue({ limit: 1 }), await queue({ limit: 1, offset: 1 })]
    expect([first.total, second.total]).toEqual([2, 2])
    expect([...idsOf(first), ...idsOf(second)]).toEqual(idsOf(await queue()))
    expect((await queue({ offset: 2 })).items).toEqual([])
  })

  test('a run that there is not', async () => {
    await expect(queue({ runId: 99 })).rejects.toMatchObject({ code: 'runs.unknown' })
  })
})
