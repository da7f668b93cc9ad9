import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { insertModel } from '#main/store/tables/model.ts'
import { insertPrediction } from '#main/store/tables/prediction.ts'
import { finishRun, startRun } from '#main/store/tables/run.ts'
import { updateScene } from '#main/store/tables/scene.ts'
import type { Store } from '#main/store/store.ts'
import { stillClock } from '../../support/store.ts'
import { importScenes, inCall, projectWorkbench, writeTo } from '../../support/workbench.ts'

/** Truth of the ten students; 3 is Null. */
const truth = [0, 1, 2, 0, 4, 3, 1, null, 3, 4]
/** Logits that point to a class by so much. */
const towards = (index: number, by: number): Float32Array =>
  Float32Array.from([0, 1, 2, 3, 4], (at) => (at === index ? by : 0))

interface MadeRun {
  readonly name: string
  /** What the run says of each student, by id; null leaves one out. */
  readonly logitsOf: (row: number) => Float32Array | null
}

function insertRun(store: Store, { name, logitsOf }: MadeRun): number {
  const at = stillClock().toISOString()
  const modelId = insertModel(store, {
    name,
    sourceFile: `/models/${name}.pth`,
    file: `models/${name}/head.pth`,
    sha256: `hash of ${name}`,
    configFile: null,
    configSha256: null,
    reading: { chosen: {}, hasBoxes: false, modalities: [] },
    family: 'multimodal_classifier',
    description: {
      sha256: `hash of ${name}`,
      family: 'multimodal_classifier',
      classes: 5,
      modalities: [],
      gateModalities: [],
      assumptions: [],
    },
    createdAt: at,
  })
  const run = { modelId, name, appVersion: '0', batching: 'scene', partial: false, createdAt: at }
  const runId = startRun(store, run)
  let students = 0
  truth.forEach((_, row) => {
    const logits = logitsOf(row)
    if (logits === null) return
    const classIndex = logits.indexOf(Math.max(...logits))
    insertPrediction(store, { runId, studentId: row + 1, classIndex, confidence: 0.5, logits, gate: null })
    students += 1
  })
  const facts = { provider: 'cpu', providerReason: '', msPerStudent: 1, omitted: [], gateModalities: [] }
  finishRun(store, runId, { ...facts, students, featureHashes: { a: [`features of ${name}`, 'shared'] } })
  return runId
}

/** Two scenes of six and four students, the second in `val`, and these runs. */
async function withRuns(runs: readonly MadeRun[]) {
  const workbench = await projectWorkbench()
  let runIds: number[] = []
  writeTo(workbench.projectFolder, (store) => {
    const { sceneIds } = importScenes(store, { scenes: [6, 4], labelOf: (row) => truth[row] ?? null })
    updateScene(store, sceneIds[1]!, { split: 'val' })
    runIds = runs.map((run) => insertRun(store, run))
  })
  const { evaluation, models, scenes } = workbench.handlers
  const ensemble = async (change: Partial<Parameters<typeof evaluation.ensemble>[0]> = {}) =>
    evaluation.ensemble({ runIds, weights: null, searchOn: null, name: null, ...change }, inCall)
  return { workbench, runIds, evaluation, models, scenes, ensemble }
}

const right = (row: number): number => truth[row] ?? 0
/** Right of everybody but the students of `wrongly`, who are said to be class 4, or 0 where they are of class 4. */
const wrongOf =
  (wrongly: readonly number[], by = 1) =>
  (row: number) =>
    towards(wrongly.includes(row) ? (right(row) === 4 ? 0 : 4) : right(row), by)

describe('several runs', () => {
  test('are compared on the students that all of them have, classes too', async () => {
    const { evaluation, runIds } = await withRuns([
      { name: 'A', logitsOf: wrongOf([0]) },
      { name: 'B', logitsOf: (row) => (row === 9 ? null : wrongOf([0, 1])(row)) },
      { name: 'C', logitsOf: wrongOf([1, 9]) },
    ])
    const several = await evaluation.several({ runIds }, inCall)
    // Nine have a label, and B does not know the last of them.
    expect(several.students).toBe(8)
    expect(several.runs.map(({ model }) => model)).toEqual(['A', 'B', 'C'])
    const accuracies = several.runs.map(({ figures }) => figures.accuracy)
    expect(accuracies).toEqual([87.5, 75, 87.5])
    expect(several.figures.accuracy).toEqual({
      mean: 250 / 3,
      std: expect.closeTo(Math.sqrt(((12.5 / 3) ** 2 * 2 + (25 / 3) ** 2) / 3), 9) as number,
      min: 75,
      max: 87.5,
    })
    const [bowing] = several.classes
    expect(bowing).toMatchObject({ class: { name: 'Bowing Head' }, support: 2, recall: { min: 50, max: 100 } })
    expect(bowing?.recall.mean).toBeCloseTo(200 / 3, 9)
  })

  test('that are one run, unknown, or share nobody are refused', async () => {
    const { evaluation, runIds } = await withRuns([
      { name: 'A', logitsOf: (row) => (row < 5 ? wrongOf([])(row) : null) },
      { name: 'B', logitsOf: (row) => (row >= 5 ? wrongOf([])(row) : null) },
    ])
    const [a = 0] = runIds
    await expect(evaluation.several({ runIds: [a, a] }, inCall)).rejects.toMatchObject({ code: 'evaluation.same-run' })
    await expect(evaluation.several({ runIds: [a, 99] }, inCall)).rejects.toMatchObject({ code: 'runs.unknown' })
    await expect(evaluation.several({ runIds }, inCall)).rejects.toMatchObject({
      code: 'evaluation.nothing-shared',
      details: { runs: ['A', 'B'] },
    })
  })
})

describe('an ensemble', () => {
  const pair: readonly MadeRun[] = [
    { name: 'A', logitsOf: wrongOf([0, 6], 1) },
    { name: 'B', logitsOf: wrongOf([1], 3) },
  ]

  test('is the weighted mean of its members’ logits, as a run of its own', async () => {
    const { workbench, models, ensemble, runIds } = await withRuns(pair)
    const made = await ensemble({ weights: [3, 1], name: 'both' })
    expect(made).toMatchObject({ name: 'both', weighting: 'given', search: null, students: 10, findings: [] })
    expect(made.members).toEqual([
      { runId: runIds[0], name: 'A', weight: 0.75 },
      { runId: runIds[1], name: 'B', weight: 0.25 },
    ])
    const predictions = await models.predictions({ runId: made.runId }, inCall)
    expect(predictions[0]).toMatchObject({ logits: [0.75, 0, 0, 0, 0.75], classIndex: 0 })
    expect(predictions[2]).toMatchObject({ logits: [0, 0, 1.5, 0, 0], classIndex: 2 })
    const run = (await models.runs({}, inCall)).find(({ id }) => id === made.runId)
    expect(run).toMatchObject({ name: 'both', provider: 'cpu', students: 10, batching: 'scene', partial: false })
    expect(run?.providerReason).toContain('A × 0.75')
    const model = (await models.list({}, inCall)).find(({ id }) => id === run?.modelId)
    expect(model).toMatchObject({ family: 'ensemble', classes: 5, modalities: [] })
    expect(model?.assumptions.map(({ parameter, value }) => [parameter, value])).toEqual([
      ['A', '0.75'],
      ['B', '0.25'],
    ])
    const kept = JSON.parse(readFileSync(model!.file, 'utf8')) as unknown
    expect(kept).toMatchObject({
      members: [{ name: 'A', model_sha256: 'hash of A', weight: 0.75 }, { name: 'B' }],
      weighting: 'given',
      search: null,
    })
    expect(model!.file.startsWith(workbench.projectFolder)).toBe(true)
  })

  test('has equal weights unless somebody says otherwise; the same mixture is the same model', async () => {
    const { models, ensemble } = await withRuns(pair)
    const first = await ensemble()
    const second = await ensemble()
    expect(first).toMatchObject({
      name: 'ensemble of A, B',
      weighting: 'equal',
      members: [{ weight: 0.5 }, { weight: 0.5 }],
    })
    const runs = await models.runs({}, inCall)
    const modelOf = (runId: number) => runs.find(({ id }) => id === runId)?.modelId
    expect(second.runId).not.toBe(first.runId)
    expect(modelOf(second.runId)).toBe(modelOf(first.runId))
  })

  test('stays when a member goes', async () => {
    const { models, evaluation, ensemble } = await withRuns(pair)
    const { runId } = await ensemble()
    const before = await evaluation.evaluate({ runId, sceneIds: null }, inCall)
    const [member] = (await models.list({}, inCall)).filter(({ name }) => name === 'A')
    await models.remove({ modelId: member!.id }, inCall)
    expect(await evaluation.evaluate({ runId, sceneIds: null }, inCall)).toEqual(before)
  })

  test('cannot be run, written as a head or explained, and has no neighbours; removing it takes its file', async () => {
    const { models, ensemble, scenes, evaluation } = await withRuns(pair)
    const { runId } = await ensemble()
    const run = (await models.runs({}, inCall)).find(({ id }) => id === runId)!
    const { modelId } = run
    const refused = { code: 'models.ensemble' }
    const request = { modelId, sceneIds: null, name: null, device: 'cpu' as const, batching: 'scene' }
    await expect(models.predict(request, inCall)).rejects.toMatchObject(refused)
    await expect(models.exportHead({ modelId, format: 'pth', out: '/nowhere/x.pth' }, inCall)).rejects.toMatchObject(
      refused,
    )
    await expect(evaluation.modalityRemoval({ runId, sceneIds: null }, inCall)).rejects.toMatchObject(refused)
    expect(await scenes.neighbours({ studentId: 1, runId }, inCall)).toEqual([])
    const { file } = (await models.list({}, inCall)).find(({ id }) => id === modelId)!
    expect(existsSync(file)).toBe(true)
    await models.remove({ modelId }, inCall)
    expect(existsSync(dirname(file))).toBe(false)
    expect((await models.runs({}, inCall)).map(({ name }) => name)).toEqual(['B', 'A'])
  })

  test('leaves out students that not every member has, and says how many', async () => {
    const { models, ensemble } = await withRuns([
      { name: 'A', logitsOf: (row) => (row < 8 ? wrongOf([])(row) : null) },
      { name: 'B', logitsOf: (row) => (row > 0 ? wrongOf([])(row) : null) },
    ])
    const made = await ensemble()
    expect(made.students).toBe(7)
    expect(made.findings).toMatchObject([{ code: 'ensemble.left-out', count: 3 }])
    const run = (await models.runs({}, inCall)).find(({ id }) => id === made.runId)
    expect(run?.omitted).toMatchObject([{ code: 'not-in-all-members', count: 3 }])
    expect(await models.predictions({ runId: made.runId }, inCall)).toHaveLength(7)
  })

  test('of members without a common student leaves nothing behind', async () => {
    const { workbench, models, ensemble } = await withRuns([
      { name: 'A', logitsOf: (row) => (row < 5 ? wrongOf([])(row) : null) },
      { name: 'B', logitsOf: (row) => (row >= 5 ? wrongOf([])(row) : null) },
    ])
    await expect(ensemble()).rejects.toMatchObject({ code: 'evaluation.nothing-shared' })
    expect((await models.list({}, inCall)).map(({ name }) => name)).toEqual(['A', 'B'])
    expect(await models.runs({}, inCall)).toHaveLength(2)
    for await (const [job] of workbench.handlers.jobs.watch({}, inCall)) {
      expect(job).toMatchObject({ state: 'failed' })
      break
    }
  })

  test.each([
    ['a run twice', { runIds: [1, 1] }, 'evaluation.same-run'],
    ['a run that is none', { runIds: [1, 99] }, 'runs.unknown'],
    ['too few weights', { weights: [1] }, 'ensemble.weights'],
    ['no weight at all', { weights: [0, 0] }, 'ensemble.weights'],
    ['weights and a search', { weights: [1, 1], searchOn: 'val' }, 'ensemble.weights-twice'],
    ['a search on no split', { searchOn: 'nowhere' }, 'ensemble.split-unknown'],
  ])('refuses %s', async (_name, change, code) => {
    const { ensemble, models } = await withRuns(pair)
    await expect(ensemble(change)).rejects.toMatchObject({ code })
    expect(await models.runs({}, inCall)).toHaveLength(2)
  })

  test('of two runs with one name tells them apart', async () => {
    const { ensemble } = await withRuns([pair[0]!, { ...pair[1]!, name: 'A' }])
    expect((await ensemble()).members.map(({ name }) => name)).toEqual(['A (run 1)', 'A (run 2)'])
  })

  test('cancelled before it began makes nothing', async () => {
    const { evaluation, models, runIds } = await withRuns(pair)
    const request = { runIds, weights: null, searchOn: null, name: null }
    const cancelled = evaluation.ensemble(request, { signal: AbortSignal.abort() })
    await expect(cancelled).rejects.toMatchObject({ code: 'job.cancelled' })
    expect(await models.runs({}, inCall)).toHaveLength(2)
  })
})

describe('a search for weights', () => {
  /** On the val students (rows 6 to 9) only B is right; on the others only A is. */
  const divided: readonly MadeRun[] = [
    { name: 'A', logitsOf: wrongOf([6, 7, 8, 9], 1) },
    { name: 'B', logitsOf: wrongOf([0, 1, 2, 3, 4, 5], 1.01) },
  ]

  test('on a split takes what is best there, tells how, and warns', async () => {
    const { ensemble, evaluation } = await withRuns(divided)
    const made = await ensemble({ searchOn: 'val' })
    expect(made.weighting).toBe('searched')
    // Two of the four val students are labelled and not Null; one has no label and one is Null.
    expect(made.search).toMatchObject({ split: 'val', students: 3, tried: 21, bestMacroF1NoNull: 100 })
    expect(made.findings).toMatchObject([{ code: 'ensemble.searched-on-evaluated', severity: 'warning', count: 3 }])
    expect(made.findings[0]?.message).toContain('val')
    const figures = await evaluation.evaluate({ runId: made.runId, sceneIds: [2] }, inCall)
    expect(figures.macroF1NoNull).toBe(made.search?.bestMacroF1NoNull)
  })

  test('on all labelled students finds at least what equal weights reach, and the figures are those of the run', async () => {
    const { ensemble, evaluation } = await withRuns(divided)
    const { runId, search } = await ensemble({ searchOn: '' })
    expect(search?.students).toBe(9)
    expect(search!.bestMacroF1NoNull).toBeGreaterThanOrEqual(search!.equalMacroF1NoNull)
    const figures = await evaluation.evaluate({ runId, sceneIds: null }, inCall)
    expect(figures.macroF1NoNull).toBe(search!.bestMacroF1NoNull)
  })

  test('without anybody who is labelled and not Null is refused', async () => {
    const { ensemble } = await withRuns([
      { name: 'A', logitsOf: (row) => ([7, 8].includes(row) ? wrongOf([])(row) : null) },
      { name: 'B', logitsOf: wrongOf([]) },
    ])
    await expect(ensemble({ searchOn: 'val' })).rejects.toMatchObject({ code: 'ensemble.nothing-to-search' })
  })
})

test('a model folder that is gone does not keep an ensemble from being removed', async () => {
  const { workbench, models, ensemble } = await withRuns([
    { name: 'A', logitsOf: wrongOf([]) },
    { name: 'B', logitsOf: wrongOf([]) },
  ])
  const { name } = await ensemble()
  rmSync(`${workbench.projectFolder}/models`, { recursive: true })
  const model = (await models.list({}, inCall)).find((one) => one.name === name)
  await models.remove({ modelId: model!.id }, inCall)
  expect((await models.list({}, inCall)).map((one) => one.name)).toEqual(['A', 'B'])
})

test('a report of an ensemble names its members, and its figures have the intervals of Analyse', async () => {
  const { workbench, evaluation, ensemble } = await withRuns([
    { name: 'one', logitsOf: wrongOf([1]) },
    { name: 'two', logitsOf: wrongOf([2]) },
  ])
  const { runId } = await ensemble({ weights: [3, 1] })
  const out = join(workbench.projectFolder, 'report')
  const choice = { runId, faces: 'pixelated', language: 'en', sceneIds: null } as const
  const { files } = await workbench.handlers.reports.write({ ...choice, out, formats: ['html', 'csv', 'json'] }, inCall)
  expect(files.map(({ file }) => basename(file))).toEqual([
    'report.html',
    'students.csv',
    'scenes.csv',
    'classes.csv',
    'figures.csv',
    'report.json',
  ])
  for (const { file, bytes } of files) expect(statSync(file).size, file).toBe(bytes)
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Mixes (with weights): one (0.750), two (0.250)')
  const intervals = await evaluation.intervals({ runId, sceneIds: null }, inCall)
  const json = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as unknown
  expect(json).toMatchObject({
    intervals,
    about: {
      members: [
        { name: 'one', weight: 0.75 },
        { name: 'two', weight: 0.25 },
      ],
    },
  })
  expect(intervals.classF1).toHaveLength(5)
})
