import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SceneStudent } from '#shared/contract/scenes.ts'
import { updateScene } from '#main/store/tables/scene.ts'
import { writeTo } from '../../support/workbench.ts'
import { fullProject, type FullProject } from '../../support/real-workbench.ts'

/** The golden classroom in a real project, with C+Spatial's run on it. */
describe('explaining a student', () => {
  let full: FullProject
  let students: readonly SceneStudent[]
  beforeAll(async () => {
    full = await fullProject()
    students = (await full.client.scenes.get({ sceneId: full.sceneId, runIds: [full.runId] })).students
  })
  afterAll(() => full.close())

  const explain = (studentId: number, runId = full.runId) => full.client.scenes.explain({ studentId, runId })
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const storedOf = (student: SceneStudent) => student.predictions[0]!

  test('is about what the run said, the gate it stored and the neighbours the graph used', async () => {
    const student = students[0]!
    const found = await explain(student.id)
    expect(found.verdict.classIndex).toBe(storedOf(student).classIndex)
    storedOf(student).probabilities.forEach((share, index) =>
      expect(found.verdict.probabilities[index]).toBeCloseTo(share, 6),
    )
    expect(found.gate.map(({ modality }) => modality)).toEqual(['grouprec', 'convnext'])
    found.gate.forEach(({ weight }, index) => expect(weight).toBeCloseTo(storedOf(student).gate![index]!, 6))
    const neighbours = await full.client.scenes.neighbours({ studentId: student.id, runId: full.runId })
    expect(found.neighbours.map(({ studentId }) => studentId)).toEqual(neighbours.map(({ studentId }) => studentId))
    expect(sum(found.neighbours.map(({ weight }) => weight))).toBeCloseTo(1, 5)
  })

  test('a neighbour removed is that student deleted', async () => {
    const student = students[1]!
    const { neighbours } = await explain(student.id)
    const [first] = neighbours
    await full.client.edits.apply({ edits: [{ kind: 'delete', studentId: first!.studentId }], annotator: 'Ada' })
    const without = await explain(student.id)
    await full.client.edits.undo({})
    first!.without.probabilities.forEach((share, index) =>
      expect(without.verdict.probabilities[index]).toBeCloseTo(share, 6),
    )
    expect(without.neighbours.map(({ studentId }) => studentId)).not.toContain(first!.studentId)
    expect(await explain(student.id)).toEqual({ ...(await explain(student.id)), neighbours })
  })

  test('modalities without their vector say over whom the mean was taken; a train split is one', async () => {
    const student = students[2]!
    const over = async () => [...new Set((await explain(student.id)).modalities.map(({ meanOf }) => meanOf))]
    expect(await over()).toEqual(['all students'])
    const before = await explain(student.id)
    expect(before.modalities.map(({ modality }) => modality)).toEqual(['grouprec', 'convnext'])
    writeTo(full.project, (store) => updateScene(store, full.sceneId, { split: 'train' }))
    expect(await over()).toEqual(['split train'])
    const after = await explain(student.id)
    expect(after.modalities[0]!.zeros).toEqual(before.modalities[0]!.zeros)
    expect(after.modalities[0]!.mean).not.toEqual(before.modalities[0]!.mean)
    writeTo(full.project, (store) => updateScene(store, full.sceneId, { split: null }))
    expect(await over()).toEqual(['all students'])
  })

  test('the temperature is fitted on all labelled students, or on val, and anew once labels change', async () => {
    const student = students[3]!
    const { scaled, verdict } = await explain(student.id)
    expect(scaled?.fittedOn).toBe('all labelled students')
    const calibration = await full.client.evaluation.calibration({ runId: full.runId })
    expect(scaled?.temperature).toBeCloseTo(calibration.temperature, 9)
    expect(sum(scaled!.probabilities)).toBeCloseTo(1, 9)
    expect(scaled!.probabilities.indexOf(Math.max(...scaled!.probabilities))).toBe(verdict.classIndex)
    const { classIndex } = student.label!
    const relabel = (index: number) =>
      full.client.edits.apply({
        edits: [{ kind: 'label', studentId: student.id, classIndex: index, source: 'person' }],
        annotator: 'Ada',
      })
    await relabel((classIndex + 1) % 5)
    expect((await explain(student.id)).scaled?.temperature).not.toBe(scaled?.temperature)
    await full.client.edits.undo({})
    expect((await explain(student.id)).scaled).toEqual(scaled)
    writeTo(full.project, (store) => updateScene(store, full.sceneId, { split: 'val' }))
    expect((await explain(student.id)).scaled?.fittedOn).toBe('split val')
    writeTo(full.project, (store) => updateScene(store, full.sceneId, { split: null }))
  })

  test('refused by name: no such run or student, a student that was deleted, drawn without features, a graph in RAFNet batches', async () => {
    const [student] = students
    const draw = {
      kind: 'draw',
      sceneId: full.sceneId,
      box: { x1: 1, y1: 1, x2: 30, y2: 40 },
      classIndex: null,
    } as const
    await full.client.edits.apply({ edits: [draw], annotator: 'Ada' })
    const { students: now } = await full.client.scenes.get({ sceneId: full.sceneId })
    const drawn = now.find(({ source }) => source === 'drawn')!
    const [run] = await full.client.models.runs({})
    const rafnet = await full.client.models.predict({
      modelId: run!.modelId,
      device: 'cpu',
      batching: 'rafnet:8',
      name: 'as RAFNet',
    })
    for (const [work, code, words] of [
      [() => explain(student!.id, 99), 'runs.unknown', 'no run 99'],
      [() => explain(9999), 'scenes.student-unknown', 'no student 9999'],
      [() => explain(drawn.id), 'explain.student-left-out', 'drawn by hand'],
      [() => explain(student!.id, rafnet.id), 'explain.rafnet-batches', 'rafnet:8'],
    ] as const) {
      await expect(work()).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string })
    }
    expect(await full.client.scenes.neighbours({ studentId: student!.id, runId: rafnet.id })).toEqual([])
    await full.client.edits.undo({})
  })
})
