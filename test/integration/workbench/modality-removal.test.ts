import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meanAndPopulationSd } from '#shared/metrics/mean-and-population-sd.ts'
import type { RunInfo } from '#shared/contract/models.ts'
import { updateScene } from '#main/store/tables/scene.ts'
import { refusal } from '../../support/bad-input.ts'
import { goldenFolder } from '../../support/heads.ts'
import { fullProject, type FullProject } from '../../support/real-workbench.ts'
import { writeTo } from '../../support/workbench.ts'

describe('what a run is made of', () => {
  let full: FullProject
  beforeAll(async () => {
    full = await fullProject()
  })
  afterAll(() => full.close())

  const predict = async (head: string, more: { batching?: string } = {}): Promise<RunInfo> => {
    const source = { file: `${goldenFolder}/${head}.pth`, config: `${goldenFolder}/${head}.json` }
    const { id } = await full.client.models.add(source)
    return full.client.models.predict({ modelId: id, device: 'cpu', ...more })
  }
  /** Everybody with the run's prediction and the label in force. */
  const everybody = async (runId: number) => {
    const { rows } = await full.client.scenes.list({ limit: 100 })
    const scenes = await Promise.all(rows.map(({ id }) => full.client.scenes.get({ sceneId: id, runIds: [runId] })))
    return scenes.flatMap(({ students }) => students.filter(({ predictions }) => predictions.length > 0))
  }

  describe('gates', () => {
    test('mean and population sd over all, right, wrong and each true class', async () => {
      const students = await everybody(full.runId)
      const { modalities, groups } = await full.client.evaluation.gates({ runId: full.runId })
      expect(modalities).toEqual(['grouprec', 'convnext'])
      expect(groups.slice(0, 3).map(({ group }) => group)).toEqual(['all', 'correct', 'wrong'])
      for (const { group, classIndex, students: count, mean, sd } of groups) {
        const members = students.filter(({ label, predictions }) => {
          const isRight = label?.classIndex === predictions[0]!.classIndex
          if (group === 'class') return label?.classIndex === classIndex
          return group === 'all' || (label !== null && (group === 'correct') === isRight)
        })
        expect(members).toHaveLength(count)
        for (const place of [0, 1]) {
          const expected = meanAndPopulationSd(members.map(({ predictions }) => predictions[0]!.gate![place]!))
          expect(mean[place]).toBeCloseTo(expected.mean, 12)
          expect(sd[place]).toBeCloseTo(expected.populationSd, 12)
        }
      }
      const perClass = groups.filter(({ group }) => group === 'class')
      expect(perClass.reduce((sum, { students: count }) => sum + count, 0)).toBe(students.length)
    })

    test('of some scenes; of none; of a head without a gate there are none; no such run', async () => {
      const gates = full.client.evaluation.gates
      const some = await gates({ runId: full.runId, sceneIds: [full.sceneId] })
      const { students } = await full.client.scenes.get({ sceneId: full.sceneId })
      expect(some.groups[0]).toMatchObject({ group: 'all', students: students.length })
      expect((await gates({ runId: full.runId, sceneIds: [999] })).groups).toEqual([])
      const mlp = await predict('mlp_grouprec')
      expect(await gates({ runId: mlp.id })).toEqual({ runId: mlp.id, modalities: [], groups: [] })
      expect((await refusal(gates({ runId: 99 }))).code).toBe('runs.unknown')
    })
  })

  describe('modality removal', () => {
    test('of a head without a graph is what each explanation says, over everybody', async () => {
      const run = await predict('gated')
      const removal = await full.client.evaluation.modalityRemoval({ runId: run.id })
      const evaluation = await full.client.evaluation.evaluate({ runId: run.id })
      expect(removal.students).toBe(27)
      expect(removal.asPredicted).toMatchObject({ accuracy: evaluation.accuracy.percent, macroF1: evaluation.macroF1 })
      expect(removal.removed.map(({ modality, by, meanOf }) => [modality, by, meanOf])).toEqual([
        ['grouprec', 'zeros', null],
        ['grouprec', 'mean', 'all students'],
        ['convnext', 'zeros', null],
        ['convnext', 'mean', 'all students'],
      ])
      const students = await everybody(run.id)
      for (const { modality, by, figures, changed } of removal.removed) {
        let [right, other] = [0, 0]
        for (const { id, label, predictions } of students) {
          const { modalities } = await full.client.scenes.explain({ studentId: id, runId: run.id })
          const { classIndex } = modalities.find((one) => one.modality === modality)![by]
          if (classIndex === label?.classIndex) right += 1
          if (classIndex !== predictions[0]!.classIndex) other += 1
        }
        expect(figures.accuracy).toBeCloseTo((100 * right) / students.length, 9)
        expect(changed).toBe(other)
      }
    })

    test('without a modality that is the only one, everybody of a scene is told alike', async () => {
      const run = await predict('mlp_grouprec')
      const { removed } = await full.client.evaluation.modalityRemoval({ runId: run.id })
      expect(removed.map(({ modality }) => modality)).toEqual(['grouprec', 'grouprec'])
      const { classes } = await full.client.evaluation.evaluate({ runId: run.id })
      const shares = classes.map(({ support }) => (100 * support) / 27)
      for (const { figures } of removed) {
        expect(Math.min(...shares.map((share) => Math.abs(share - figures.accuracy)))).toBeLessThan(1e-9)
      }
    })

    test('of some scenes; of a graph head; in the batches of the run; the mean is that of the split train', async () => {
      const remove = full.client.evaluation.modalityRemoval
      const some = await remove({ runId: full.runId, sceneIds: [full.sceneId] })
      const { students } = await full.client.scenes.get({ sceneId: full.sceneId })
      expect(some.students).toBe(students.length)
      const rafnet = await predict('c_context', { batching: 'rafnet:27' })
      expect((await remove({ runId: rafnet.id })).students).toBe(27)
      writeTo(full.project, (store) => updateScene(store, full.sceneId, { split: 'train' }))
      expect((await remove({ runId: full.runId })).removed[1]).toMatchObject({ by: 'mean', meanOf: 'split train' })
      writeTo(full.project, (store) => updateScene(store, full.sceneId, { split: null }))
    })

    test('is a job that tells its progress and can be cancelled', async () => {
      const cancel = new AbortController()
      const asked = full.client.evaluation.modalityRemoval({ runId: full.runId }, { signal: cancel.signal })
      cancel.abort()
      expect((await refusal(asked)).code).toMatch(/cancelled/)
      await full.client.evaluation.modalityRemoval({ runId: full.runId })
      for await (const jobs of full.client.jobs.watch({})) {
        const [done, before] = jobs.filter(({ kind, subject }) => kind === 'predict' && subject === 'c_spatial')
        expect(done).toMatchObject({ state: 'done', done: 4 * 27, total: 4 * 27 })
        expect(before?.state).toBe('cancelled')
        break
      }
    })

    test('refused by name: no such run, features that went', async () => {
      expect((await refusal(full.client.evaluation.modalityRemoval({ runId: 99 }))).code).toBe('runs.unknown')
    })
  })

  describe("RAFNet's batches", () => {
    test('are recorded with the run and say so; only whole projects can be run so', async () => {
      const run = await predict('c_context', { batching: 'rafnet:8' })
      expect(run).toMatchObject({ batching: 'rafnet:8', students: 27, partial: false, omitted: [] })
      const [listed] = await full.client.models.runs({})
      expect(listed).toMatchObject({ id: run.id, batching: 'rafnet:8' })
      const scene = await predict('c_context')
      expect(scene.batching).toBe('scene')
      const logits = async (runId: number) => (await full.client.models.predictions({ runId })).map((row) => row.logits)
      expect(await logits(run.id)).not.toEqual(await logits(scene.id))
      const part = full.client.models.predict({
        modelId: run.modelId,
        device: 'cpu',
        batching: 'rafnet:8',
        sceneIds: [full.sceneId],
      })
      const error = await refusal(part)
      expect([error.code, error.message]).toEqual(['inference.batching-partial', expect.stringContaining('rafnet:8')])
      for (const batching of ['rafnet:0', 'rafnet', 'photos']) {
        expect(
          (await refusal(full.client.models.predict({ modelId: run.modelId, device: 'cpu', batching }))).code,
        ).toMatch(/input/)
      }
    })

    test('a student who was deleted leaves the batch one shorter and moves nobody to another', async () => {
      const before = await predict('c_context', { batching: 'rafnet:8' })
      const students = await everybody(before.id)
      const [deleted] = students
      await full.client.edits.apply({ edits: [{ kind: 'delete', studentId: deleted!.id }], annotator: 'Ada' })
      const after = await predict('c_context', { batching: 'rafnet:8' })
      await full.client.edits.undo({})
      const rows = async (runId: number) => (await full.client.models.predictions({ runId })).map((row) => row.logits)
      const [all, left] = [await rows(before.id), await rows(after.id)]
      expect(left).toHaveLength(26)
      expect(left.slice(7)).toEqual(all.slice(8))
      expect(left.slice(0, 7)).not.toEqual(all.slice(1, 8))
    })
  })
})
