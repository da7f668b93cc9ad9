import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import { insertFeature, listFeatureSets } from '#main/store/tables/feature.ts'
import { setStudentDeleted } from '#main/store/tables/student.ts'
import { fakeCompute, type FakeCompute } from '../../support/fake-compute.ts'
import { importScenes, inCall, projectWorkbench, testWorkbench, writeTo } from '../../support/workbench.ts'

/** A project with scenes of the given sizes, and a checkpoint beside it. */
async function withModel(scenes: readonly number[], compute?: FakeCompute) {
  const workbench = await projectWorkbench(compute ? { compute } : {})
  let ids: ReturnType<typeof importScenes> = { sceneIds: [], studentIds: [] }
  writeTo(workbench.projectFolder, (store) => (ids = importScenes(store, { scenes })))
  const outside = join(dirname(workbench.projectFolder), 'checkpoints')
  mkdirSync(outside)
  const file = join(outside, 'best_model.pth')
  writeFileSync(file, 'weights')
  const { models } = workbench.handlers
  const add = async (change: { config?: string; name?: string } = {}) =>
    models.add({ file, config: change.config ?? null, chosen: {}, name: change.name ?? null }, inCall)
  const predict = async (modelId: number, sceneIds: number[] | null = null) =>
    models.predict({ modelId, sceneIds, name: null, device: 'auto', batching: 'scene' }, inCall)
  return { workbench, models, file, outside, add, predict, ...ids }
}

describe('adding a model', () => {
  test('checkpoint and config are copied; changing the originals changes nothing', async () => {
    const { workbench, models, outside, file, add } = await withModel([1])
    writeFileSync(join(outside, 'config.yaml'), 'model: {name: multimodal_classifier}\n')
    const model = await add()
    expect(model).toMatchObject({ id: 1, name: 'best_model', file, family: 'multimodal_classifier', classes: 5 })
    expect(workbench.compute.described[0]).toMatchObject({ file, config: join(outside, 'config.yaml'), hasBoxes: true })
    writeFileSync(file, 'other weights')
    const [folder = ''] = readdirSync(join(workbench.projectFolder, 'models'))
    const copies = readdirSync(join(workbench.projectFolder, 'models', folder)).sort()
    expect(copies).toEqual(['best_model.pth', expect.stringMatching(/^config-[0-9a-f]{12}\.yaml$/)])
    expect(readFileSync(join(workbench.projectFolder, 'models', folder, 'best_model.pth'), 'utf8')).toBe('weights')
    expect(await models.list({}, inCall)).toEqual([model])
  })

  test.each([
    [['best_model.yaml', 'config.yaml', 'config.yml'], 'best_model.yaml'],
    [['config.yaml', 'config.yml'], 'config.yaml'],
    [['config.yml', 'other.yaml'], 'config.yml'],
    [['other.yaml'], null],
  ])('of %j beside the checkpoint %j is used', async (present, used) => {
    const { workbench, outside, add } = await withModel([1])
    for (const name of present) writeFileSync(join(outside, name), 'model: {name: a}\n')
    await add()
    expect(workbench.compute.described[0]?.config).toBe(used && join(outside, used))
  })

  test('what a config inherits comes along', async () => {
    const { workbench, outside, add, predict } = await withModel([1])
    mkdirSync(join(outside, 'base'))
    writeFileSync(join(outside, 'base', 'base.yaml'), 'model: {params: {hidden_dim: 64}}\n')
    const config = join(outside, 'mine.yaml')
    writeFileSync(config, '_base_: base/base.yaml\nmodel: {name: multimodal_classifier}\n')
    const model = await add({ config })
    await predict(model.id)
    const kept = workbench.compute.predicted[0]?.model.config ?? ''
    expect(kept.startsWith(workbench.projectFolder)).toBe(true)
    expect(readFileSync(kept, 'utf8')).toMatch(/hidden_dim: 64/)
    expect(readFileSync(kept, 'utf8')).toMatch(/name: multimodal_classifier/)
  })

  test('the same files under the same name are one model, under another name another', async () => {
    const { models, add } = await withModel([1])
    const first = await add()
    expect(await add()).toEqual(first)
    const second = await add({ name: 'seed 43' })
    expect((await models.list({}, inCall)).map((one) => one.name)).toEqual(['best_model', 'seed 43'])
    expect(second.id).not.toBe(first.id)
  })

  test('inspecting keeps nothing and needs no project', async () => {
    const { models } = testWorkbench().handlers
    const found = await models.inspect({ file: '/anywhere/head.pth', config: null, chosen: { graph_k: 4 } }, inCall)
    expect(found).toMatchObject({ family: 'multimodal_classifier', classes: 5, name: 'head' })
    expect(() => models.list({}, inCall)).toThrow(expect.objectContaining({ code: 'project.none-open' }))
  })
})

describe('predicting', () => {
  test('whole scenes go to the model in order, with their rows, and every student is kept', async () => {
    const { workbench, models, add, predict, studentIds } = await withModel([3, 1, 2])
    const model = await add()
    const run = await predict(model.id)
    expect(run).toMatchObject({ provider: 'cpu', students: 6, msPerStudent: 0.25, omitted: [], modelId: model.id })
    const [asked] = workbench.compute.predicted
    expect(asked?.students.sceneOffsets).toEqual(Uint32Array.of(0, 3, 4, 6))
    expect(asked?.students.vectors).toEqual([
      {
        name: 'a',
        width: 2,
        files: [{ file: join(workbench.projectFolder, 'features', 'import-1', 'a.bin'), dtype: 'f4' }],
        fileOf: null,
        rows: Uint32Array.of(0, 1, 2, 3, 4, 5),
      },
    ])
    expect(asked?.students.boxesNormalised).toBeNull()
    const rows = await models.predictions({ runId: run.id }, inCall)
    expect(rows.map((row) => [row.scene, row.bboxId, row.classIndex])).toEqual([
      ['1.jpg', '1', 0],
      ['1.jpg', '2', 1],
      ['1.jpg', '3', 2],
      ['2.jpg', '1', 3],
      ['3.jpg', '1', 4],
      ['3.jpg', '2', 0],
    ])
    expect(rows[1]?.logits).toEqual([0, 2, 0, 0, 0])
    const { students } = await workbench.handlers.scenes.get({ sceneId: 1, runIds: [run.id, 99] }, inCall)
    const first = students.find((one) => one.id === studentIds[0]![0])
    const top = Math.exp(2) / (Math.exp(2) + 4)
    expect(first?.predictions).toHaveLength(1)
    expect(first?.predictions[0]?.probabilities[0]).toBeCloseTo(top, 12)
    expect(first?.predictions[0]?.gate).toBeNull()
  })

  test('only the scenes asked for, without deleted students; drawn ones are told as left out', async () => {
    const { workbench, add, predict, sceneIds, studentIds } = await withModel([3, 4])
    writeTo(workbench.projectFolder, (store) => setStudentDeleted(store, studentIds[1]![0]!, 'now'))
    const box = { x1: 0, y1: 0, x2: 9, y2: 9 }
    const draw = { kind: 'draw' as const, sceneId: sceneIds[1]!, box, classIndex: null }
    await workbench.handlers.edits.apply({ edits: [draw, draw], annotator: 'me' }, inCall)
    const run = await predict((await add()).id, [sceneIds[1]!])
    expect(run.students).toBe(3)
    expect(run.omitted).toEqual([{ code: 'features-missing', reason: 'drawn by hand, without a features', count: 2 }])
  })

  test('boxes go as the import stored them; a moved box and one without a stored form are computed', async () => {
    const modalities = [
      { name: 'a', width: 2, role: 'feature' as const },
      { name: 'bbox_ctx', width: 4, role: 'box' as const },
    ]
    const { workbench, add, predict, studentIds } = await withModel([3], fakeCompute({ modalities }))
    const [stored = 0, moved = 0] = studentIds[0]!
    writeTo(workbench.projectFolder, (store) => {
      const set = store.prepare('UPDATE student SET nx = ?, ny = ?, nw = ?, nh = ? WHERE id = ?')
      for (const id of [stored, moved]) set.run(0.328, 0.1533, 0.03125, 1.3888888690234412e-9, id)
    })
    const box = { x1: 0, y1: 0, x2: 128, y2: 72 }
    const move = { kind: 'box' as const, studentId: moved, box }
    await workbench.handlers.edits.apply({ edits: [move], annotator: 'me' }, inCall)
    await predict((await add()).id)
    expect(workbench.compute.predicted[0]?.students.boxesNormalised).toEqual(
      Float64Array.of(
        ...[0.328, 0.1533, 0.03125, 1.3888888690234412e-9],
        ...[0.05, 0.05, 0.1, 0.1],
        ...[(120 + 15) / 1280, 130 / 720, 30 / 1280, 60 / 720],
      ),
    )
  })

  test('a later import replaces vectors; a scene whose vectors lie in two imports loses nobody', async () => {
    const { workbench, models, add, predict, studentIds } = await withModel([3])
    writeTo(workbench.projectFolder, (store) => {
      importScenes(store, { scenes: [1], path: () => 'second.jpg' })
      const [, second] = listFeatureSets(store)
      insertFeature(store, studentIds[0]![1]!, second!.id, 7)
      importScenes(store, { scenes: [2], path: () => 'third.jpg', modality: 'b', width: 9 })
    })
    const run = await predict((await add()).id)
    expect(run).toMatchObject({ students: 4, omitted: [{ code: 'features-missing', count: 2 }] })
    expect(workbench.compute.predicted).toHaveLength(1)
    const { sceneOffsets, vectors } = workbench.compute.predicted[0]!.students
    expect(sceneOffsets).toEqual(Uint32Array.of(0, 3, 4))
    const files = [1, 2].map((id) => join(workbench.projectFolder, 'features', `import-${id}`, 'a.bin'))
    expect(vectors).toMatchObject([
      {
        files: files.map((file) => ({ file })),
        fileOf: Uint16Array.of(0, 1, 0, 1),
        rows: Uint32Array.of(0, 7, 2, 0),
      },
    ])
    expect(await models.predictions({ runId: run.id }, inCall)).toHaveLength(4)
  })

  test('running again makes a new run and touches no label; labelling touches no prediction', async () => {
    const { workbench, models, add, predict, studentIds } = await withModel([2])
    const model = await add()
    const first = await predict(model.id)
    const before = await models.predictions({ runId: first.id }, inCall)
    const label = { kind: 'label' as const, studentId: studentIds[0]![0]!, classIndex: 4, source: 'person' as const }
    await workbench.handlers.edits.apply({ edits: [label], annotator: 'me' }, inCall)
    const second = await predict(model.id)
    expect((await models.runs({}, inCall)).map((run) => run.id)).toEqual([second.id, first.id])
    expect(await models.predictions({ runId: first.id }, inCall)).toEqual(before)
    const { students } = await workbench.handlers.scenes.get({ sceneId: 1, runIds: [] }, inCall)
    expect(students.find((one) => one.id === label.studentId)?.label).toMatchObject({ classIndex: 4, annotator: 'me' })
  })
})

describe('a run that cannot be, or does not end', () => {
  test.each([
    ['inference.modality-missing', { modalities: [{ name: 'vit', width: 768, role: 'feature' as const }] }],
    ['inference.modality-width', { modalities: [{ name: 'a', width: 1024, role: 'feature' as const }] }],
    ['inference.class-count', { classes: 7 }],
  ])('%s', async (code, options) => {
    const { models, add, predict } = await withModel([2], fakeCompute(options))
    await expect(predict((await add()).id)).rejects.toMatchObject({ code })
    expect(await models.runs({}, inCall)).toEqual([])
  })

  test('inference.no-students, models.unknown, runs.unknown', async () => {
    const { models, add, predict } = await withModel([])
    const model = await add()
    await expect(predict(model.id)).rejects.toMatchObject({ code: 'inference.no-students' })
    await expect(predict(77)).rejects.toMatchObject({ code: 'models.unknown' })
    await expect(models.predictions({ runId: 5 }, inCall)).rejects.toMatchObject({ code: 'runs.unknown' })
    const { add: addOther, predict: predictOther } = await withModel([1])
    await expect(predictOther((await addOther()).id, [999])).rejects.toMatchObject({ code: 'inference.no-students' })
  })

  const leftovers = (folder: string) => {
    let rows: unknown[] = []
    writeTo(folder, (store) => {
      rows = [...store.prepare('SELECT * FROM run').all(), ...store.prepare('SELECT * FROM prediction').all()]
    })
    return rows
  }

  test('cancelling the job removes what was written', async () => {
    const waiting = Promise.withResolvers<void>()
    const compute = fakeCompute({
      batchSize: 1,
      beforeBatch: async (first, signal) => {
        if (first !== 2) return
        waiting.resolve()
        await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
        throw new AppError('job.cancelled', 'The work was cancelled.')
      },
    })
    const { workbench, models, add, predict } = await withModel([4], compute)
    const model = await add()
    const running = predict(model.id)
    await waiting.promise
    expect(await models.runs({}, inCall)).toEqual([])
    await workbench.handlers.jobs.cancel({ jobId: 1 }, inCall)
    await expect(running).rejects.toMatchObject({ code: 'job.cancelled' })
    expect(leftovers(workbench.projectFolder)).toEqual([])
  })

  test('a crash of the compute process fails the job, not the workbench', async () => {
    const compute = fakeCompute({
      batchSize: 1,
      beforeBatch: (first) => {
        if (first === 1) throw new AppError('rpc.disconnected', 'The connection to Lectern was lost.')
      },
    })
    const { workbench, add, predict } = await withModel([3], compute)
    await expect(predict((await add()).id)).rejects.toMatchObject({ code: 'compute.crashed' })
    const watching = workbench.handlers.jobs.watch({}, inCall)[Symbol.asyncIterator]()
    const seen = await watching.next()
    expect(seen.value).toMatchObject([{ kind: 'predict', state: 'failed', error: { code: 'compute.crashed' } }])
    expect(leftovers(workbench.projectFolder)).toEqual([])
    await watching.return?.()
  })

  test('a run that a killed process left is gone after the next open', async () => {
    const { workbench, models, add } = await withModel([2])
    const model = await add()
    await workbench.close()
    writeTo(workbench.projectFolder, (store) => {
      const columns = 'model_id, name, app_version, batching, created_at, state'
      store.prepare(`INSERT INTO run (${columns}) VALUES (?, 'x', '0', 'scene', '', 'running')`).run(model.id)
      store.prepare(`INSERT INTO prediction VALUES (1, 1, 0, 0.5, x'00000000', NULL)`).run()
    })
    await workbench.handlers.project.open({ folder: workbench.projectFolder }, inCall)
    expect(await models.runs({}, inCall)).toEqual([])
    expect(leftovers(workbench.projectFolder)).toEqual([])
  })
})

test('removing a model takes its runs and files, not the labels, and leaves files that another name uses', async () => {
  const { workbench, models, add, predict } = await withModel([2])
  const first = await add()
  const second = await add({ name: 'other' })
  await predict(first.id)
  const kept = await predict(second.id)
  const folder = join(workbench.projectFolder, 'models')
  await models.remove({ modelId: first.id }, inCall)
  expect((await models.runs({}, inCall)).map((run) => run.id)).toEqual([kept.id])
  expect(readdirSync(folder)).toHaveLength(1)
  await predict(second.id)
  await models.remove({ modelId: second.id }, inCall)
  expect(await models.list({}, inCall)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
  expect(existsSync(join(workbench.projectFolder, 'project.sqlite'))).toBe(true)
  const summary = await workbench.handlers.project.current({}, inCall)
  expect(summary).toMatchObject({ labelled: 2, students: 2 })
})
