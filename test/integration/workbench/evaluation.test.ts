import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { clusteredPermutationTest } from '#shared/metrics/clustered-permutation.ts'
import { calibration } from '#shared/metrics/calibration.ts'
import { clusteredBootstrap } from '#shared/metrics/clustered-bootstrap.ts'
import { updateScene } from '#main/store/tables/scene.ts'
import { importScenes, inCall, projectWorkbench, writeTo } from '../../support/workbench.ts'

/** Truth of the rows; the fake head says class `row % 5`. */
const truth = [0, 1, 2, 0, 4, 3, 1, null, 3, 4]

async function withRun() {
  const workbench = await projectWorkbench()
  writeTo(workbench.projectFolder, (store) =>
    importScenes(store, { scenes: [6, 4], labelOf: (row) => truth[row] ?? null }),
  )
  const file = join(dirname(workbench.projectFolder), 'head.pth')
  writeFileSync(file, 'weights')
  const { models, evaluation, edits } = workbench.handlers
  const model = await models.add({ file, config: null, chosen: {}, name: 'A' }, inCall)
  const run = await models.predict(
    { modelId: model.id, sceneIds: null, name: null, device: 'auto', batching: 'scene' },
    inCall,
  )
  const evaluate = async (sceneIds: number[] | null = null) => evaluation.evaluate({ runId: run.id, sceneIds }, inCall)
  const filter = { runId: run.id, truth: null, predicted: null, sceneId: null, onlyWrong: false, limit: 100 }
  const students = async (change: Partial<typeof filter> | Record<string, unknown>) =>
    evaluation.students({ ...filter, ...change }, inCall)
  return { workbench, run, evaluate, students, edits, evaluation }
}

test('figures are of students with a label in force and a prediction; the others are counted', async () => {
  const { evaluate, run } = await withRun()
  const figures = await evaluate()
  expect(figures).toMatchObject({
    runId: run.id,
    model: 'A',
    provider: 'cpu',
    students: 9,
    withoutLabel: 1,
    withoutPrediction: 0,
  })
  // Rows 0, 1, 2, 4, 6, 8 and 9 are right.
  expect(figures.accuracy).toMatchObject({ count: 7, total: 9, percent: expect.closeTo(700 / 9, 9) as number })
  expect(figures.accuracyNoNull).toMatchObject({ count: 6, total: 7 })
  expect(figures.confusion).toEqual([
    [1, 0, 0, 1, 0],
    [0, 2, 0, 0, 0],
    [0, 0, 1, 0, 0],
    [1, 0, 0, 1, 0],
    [0, 0, 0, 0, 2],
  ])
  expect(figures.classes.map((one) => [one.class.letter, one.support])).toEqual([
    ['B', 2],
    ['L', 2],
    ['R', 1],
    ['N', 2],
    ['P', 2],
  ])
  expect(figures.scenes.map(({ scene, students, correct }) => [scene, students, correct])).toEqual([
    ['1.jpg', 6, 4],
    ['2.jpg', 3, 3],
  ])
  for (const { interval, accuracy } of figures.scenes) {
    expect(interval[0]).toBeLessThanOrEqual(accuracy)
    expect(interval[1]).toBeGreaterThanOrEqual(accuracy)
  }
})

test('figures of one scene', async () => {
  const { evaluate } = await withRun()
  const second = await evaluate([2])
  expect(second).toMatchObject({ students: 3, withoutLabel: 1, withoutPrediction: 0 })
  expect(second.scenes.map((one) => one.sceneId)).toEqual([2])
  expect(await evaluate([999])).toMatchObject({ students: 0, withoutLabel: 0, scenes: [] })
})

test('a correction and a deletion show at once', async () => {
  const { evaluate, edits } = await withRun()
  const label = { kind: 'label' as const, studentId: 4, classIndex: 3, source: 'person' as const }
  await edits.apply({ edits: [label], annotator: 'me' }, inCall)
  expect((await evaluate()).accuracy).toMatchObject({ count: 8, total: 9 })
  await edits.apply({ edits: [{ kind: 'delete', studentId: 4 }], annotator: 'me' }, inCall)
  expect((await evaluate()).accuracy).toMatchObject({ count: 7, total: 8 })
  await edits.apply(
    { edits: [{ kind: 'draw', sceneId: 1, box: { x1: 0, y1: 0, x2: 9, y2: 9 }, classIndex: 0 }], annotator: 'me' },
    inCall,
  )
  expect(await evaluate()).toMatchObject({ withoutPrediction: 1, students: 8 })
})

test.each([
  ['a cell', { truth: 3, predicted: 0 }, ['6']],
  ['a row', { truth: 0 }, ['1', '4']],
  ['a column', { predicted: 3 }, ['4', '3']],
  ['a scene', { sceneId: 2 }, ['1', '3', '4']],
  ['the wrong ones', { onlyWrong: true }, ['4', '6']],
  ['the wrong ones of a scene without any', { onlyWrong: true, sceneId: 2 }, []],
])('students of %s', async (_name, filter, expected) => {
  const { students } = await withRun()
  const { total, cards } = await students(filter)
  expect(cards.map((card) => card.bboxId)).toEqual(expected)
  expect(total).toBe(expected.length)
})

test('a card shows enough to relabel; more cards than asked for are only counted', async () => {
  const { students } = await withRun()
  const { total, cards } = await students({ limit: 1 })
  expect(total).toBe(9)
  const top = Math.exp(2) / (Math.exp(2) + 4)
  expect(cards).toEqual([
    {
      studentId: 1,
      sceneId: 1,
      scene: '1.jpg',
      bboxId: '1',
      box: { x1: 40, y1: 100, x2: 70, y2: 160 },
      truth: 0,
      predicted: 0,
      confidence: expect.closeTo(top, 12) as number,
    },
  ])
})

test('an unknown run is refused by name', async () => {
  const { evaluation } = await withRun()
  await expect(evaluation.evaluate({ runId: 9, sceneIds: null }, inCall)).rejects.toMatchObject({
    code: 'runs.unknown',
  })
})

test('intervals are the clustered bootstrap of the same students', async () => {
  const { evaluation, run } = await withRun()
  const answer = await evaluation.intervals({ runId: run.id, sceneIds: null }, inCall)
  const rows = truth.flatMap((label, row) => (label === null ? [] : [{ label, row }]))
  const expected = clusteredBootstrap(
    {
      truth: rows.map(({ label }) => label),
      predicted: rows.map(({ row }) => row % 5),
      sceneOf: rows.map(({ row }) => (row < 6 ? 1 : 2)),
      classCount: 5,
      nullIndex: 3,
    },
    { seed: 20_260_101 },
  )
  expect(answer).toEqual({ runId: run.id, ...expected })
  expect(answer).toMatchObject({ scenes: 2, resamples: 2000 })
  // Four of six students are right in the one scene, all three in the other.
  expect(answer.intervals.accuracy).toEqual([expect.closeTo(400 / 6, 9), 100])
})

test('one scene and no scene have no intervals', async () => {
  const { evaluation, run } = await withRun()
  for (const [sceneIds, scenes] of [
    [[2], 1],
    [[999], 0],
  ] as const) {
    const { intervals, ...rest } = await evaluation.intervals({ runId: run.id, sceneIds: [...sceneIds] }, inCall)
    expect(rest).toMatchObject({ scenes })
    expect(Object.values(intervals)).toEqual([null, null, null, null, null, null])
  }
  await expect(evaluation.intervals({ runId: 9, sceneIds: null }, inCall)).rejects.toMatchObject({
    code: 'runs.unknown',
  })
})

test('calibration is of the labelled students, and its temperature makes their labels likelier', async () => {
  const { evaluation, run } = await withRun()
  const { asPredicted, scaled, ...rest } = await evaluation.calibration({ runId: run.id, sceneIds: null }, inCall)
  // The fake head gives its class the logit 2 and the four others 0; seven of nine are right.
  const sure = Math.exp(2) / (Math.exp(2) + 4)
  const outcomes = [true, true, true, true, true, true, true, false, false]
  expect(asPredicted).toMatchObject(
    calibration(
      outcomes.map(() => sure),
      outcomes,
    ),
  )
  // Right in 7 of 9: the likeliest confidence is 7/9, reached where e^(2/T) = 4 · 7/2.
  expect(rest).toEqual({
    runId: run.id,
    model: 'A',
    students: 9,
    fittedOn: 'the same students',
    fittedStudents: 9,
    temperature: expect.closeTo(2 / Math.log(14), 9) as number,
    atLimit: null,
  })
  expect(scaled.expectedCalibrationError).toBeCloseTo(0, 9)
  expect(scaled.negativeLogLikelihood).toBeCloseTo(-(7 * Math.log(7 / 9) + 2 * Math.log(2 / 9 / 4)) / 9, 9)
  expect(asPredicted.negativeLogLikelihood).toBeGreaterThan(scaled.negativeLogLikelihood)
})

test('the temperature is fitted to the split val where it has labels, and judged on everybody else', async () => {
  const { workbench, evaluation, run } = await withRun()
  const all = await evaluation.calibration({ runId: run.id, sceneIds: null }, inCall)
  writeTo(workbench.projectFolder, (store) => updateScene(store, 2, { split: 'val' }))
  const split = await evaluation.calibration({ runId: run.id, sceneIds: null }, inCall)
  // Scene 2 is all right, so its temperature is the lowest.
  expect(split).toMatchObject({ fittedOn: 'split val', fittedStudents: 3, temperature: 0.01, students: 6 })
  expect(split.asPredicted.negativeLogLikelihood).toBeGreaterThan(all.asPredicted.negativeLogLikelihood)
  const only = await evaluation.calibration({ runId: run.id, sceneIds: [2] }, inCall)
  expect(only).toMatchObject({ fittedOn: 'the same students', fittedStudents: 3, students: 3 })
})

test('calibration of scenes: all right ends at the lowest temperature, nobody has none', async () => {
  const { evaluation, run } = await withRun()
  const right = await evaluation.calibration({ runId: run.id, sceneIds: [2] }, inCall)
  expect(right).toMatchObject({ students: 3, atLimit: 'lowest', temperature: 0.01 })
  const nobody = await evaluation.calibration({ runId: run.id, sceneIds: [999] }, inCall)
  expect(nobody).toMatchObject({ students: 0, temperature: 1, atLimit: null })
  expect(nobody.asPredicted.bins.every((bin) => bin.students === 0)).toBe(true)
  await expect(evaluation.calibration({ runId: 9, sceneIds: null }, inCall)).rejects.toMatchObject({
    code: 'runs.unknown',
  })
})

/** A second run whose head is always sure of class 0, on the given scenes. */
async function withSecondRun(sceneIds: number[] | null = null) {
  const first = await withRun()
  const { models } = first.workbench.handlers
  const file = join(dirname(first.workbench.projectFolder), 'other.pth')
  writeFileSync(file, 'other weights')
  const model = await models.add({ file, config: null, chosen: {}, name: 'B' }, inCall)
  first.workbench.compute.logitsOf = () => [2, 0, 0, 0, 0]
  const other = await models.predict(
    { modelId: model.id, sceneIds, name: null, device: 'auto', batching: 'scene' },
    inCall,
  )
  const compare = async (runA: number, runB: number) => first.evaluation.compare({ runA, runB }, inCall)
  return { ...first, other, compare }
}

test('two runs on the students they share: counts, figures and p of every test', async () => {
  const { compare, run, other } = await withSecondRun()
  const comparison = await compare(run.id, other.id)
  const rows = truth.flatMap((label, row) => (label === null ? [] : [{ label, row }]))
  const pair = {
    truth: rows.map(({ label }) => label),
    first: rows.map(({ row }) => row % 5),
    second: rows.map(() => 0),
    sceneOf: rows.map(({ row }) => (row < 6 ? 1 : 2)),
    classCount: 5,
    nullIndex: 3,
  }
  // A is right about seven; of those B is right about row 0 alone, and besides about row 3.
  expect(comparison).toMatchObject({ students: 9, scenes: 2, smallestP: 0.5, mcNemar: { onlyA: 6, onlyB: 1 } })
  expect(comparison.a).toMatchObject({ model: 'A', figures: { accuracy: expect.closeTo(700 / 9, 9) as number } })
  expect(comparison.b).toMatchObject({ model: 'B', figures: { accuracy: expect.closeTo(200 / 9, 9) as number } })
  // The binomial of seven with at most one: (1 + 7) / 2⁷, both sides.
  const [counted, accuracy, macroF1] = comparison.tests
  expect(counted).toMatchObject({ test: 'mcNemar', pValue: expect.closeTo(0.125, 12) as number, permutations: null })
  expect(accuracy).toMatchObject(pick(clusteredPermutationTest(pair, { figure: 'accuracy', seed: 1 })))
  expect(macroF1).toMatchObject(pick(clusteredPermutationTest(pair, { figure: 'macroF1NoNull', seed: 1 })))
  expect(counted?.adjustedP).toBeCloseTo(0.375, 12)
  expect(accuracy?.adjustedP).toBe(1)
})

const pick = ({ difference, pValue, permutations, exact }: ReturnType<typeof clusteredPermutationTest>) => ({
  difference,
  pValue,
  permutations,
  exact,
})

test('a run of one scene is compared on that scene; the other way round only the signs differ', async () => {
  const { compare, run, other } = await withSecondRun([2])
  const there = await compare(run.id, other.id)
  expect(there).toMatchObject({ students: 3, scenes: 1, smallestP: 1, mcNemar: { onlyA: 3, onlyB: 0 } })
  const back = await compare(other.id, run.id)
  expect(back.mcNemar).toMatchObject({ onlyA: 0, onlyB: 3 })
  expect(back.tests.map((one) => one.difference)).toEqual(there.tests.map((one) => -one.difference))
})

test('a run is not compared with itself, nor with one that is not there', async () => {
  const { compare, run } = await withSecondRun()
  await expect(compare(run.id, run.id)).rejects.toMatchObject({ code: 'evaluation.same-run' })
  await expect(compare(run.id, 99)).rejects.toMatchObject({ code: 'runs.unknown' })
})

test('annotators agree on the students that more than one labelled by hand', async () => {
  const { workbench, edits, evaluation, run } = await withRun()
  const agreement = (sceneIds: number[] | null = null) => evaluation.agreement({ sceneIds }, inCall)
  expect(await agreement()).toEqual({ annotators: [], pairs: [], all: null })
  const label = async (annotator: string, classes: readonly number[], source: 'person' | 'accepted' = 'person') =>
    edits.apply(
      {
        edits: classes.map((classIndex, at) => ({ kind: 'label', studentId: at + 1, classIndex, source })),
        annotator,
      },
      inCall,
    )
  await label('Ada', [0, 1, 2, 0])
  expect(await agreement()).toMatchObject({ annotators: [{ name: 'Ada', students: 4 }], pairs: [] })
  await label('Bo', [4, 4, 4])
  await label('Bo', [0, 1, 1], 'accepted')
  // Ada says 0 1 2, Bo 0 1 1: two of three agree, and chance would have (1·1 + 1·2 + 1·0) / 9.
  const two = await agreement()
  expect(two.pairs).toEqual([
    {
      first: 'Ada',
      second: 'Bo',
      students: 3,
      percent: expect.closeTo(200 / 3, 9) as number,
      kappa: expect.closeTo((2 / 3 - 1 / 3) / (1 - 1 / 3), 12) as number,
    },
  ])
  expect(two.all).toBeNull()
  await label('Cy', [0, 1])
  const three = await agreement()
  expect(three.pairs.map((one) => [one.first, one.second, one.students])).toEqual([
    ['Ada', 'Bo', 3],
    ['Ada', 'Cy', 2],
    ['Bo', 'Cy', 2],
  ])
  expect(three.all).toEqual({ annotators: 3, students: 2, kappa: 1 })
  await edits.undo({}, inCall)
  expect((await agreement()).pairs).toEqual(two.pairs)
  await edits.apply({ edits: [{ kind: 'delete', studentId: 3 }], annotator: 'Ada' }, inCall)
  expect((await agreement()).pairs).toMatchObject([{ students: 2, percent: 100, kappa: 1 }])
  expect(await agreement([2])).toEqual({ annotators: [], pairs: [], all: null })
  expect((await evaluation.evaluate({ runId: run.id, sceneIds: null }, inCall)).students).toBe(8)
  expect(workbench.warnings).toEqual([])
})
