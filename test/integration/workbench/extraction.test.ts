import { appendFileSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { startCompute } from '../../support/compute.ts'
import { boxesInRow, extractionBench } from '../../support/extraction-bench.ts'
import { widths } from '../../support/extraction-weights.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'
import { readVectors } from '../../support/vectors.ts'
import { inCall } from '../../support/workbench.ts'

const client = startCompute()
/** The same compute process; whoever reads vectors from it cancels once the first scene's have been dealt with. */
const cancelsAfterOne = (controller: AbortController): ComputeClient => ({
  ...client,
  extraction: {
    ...client.extraction,
    run: async function* (input, options) {
      for await (const message of client.extraction.run(input, options)) {
        yield message
        if (message.kind === 'scene') controller.abort()
      }
    },
  },
})
/** Of the second scene. */
const photo = 'room-a-morning.jpg'

describe('vectors of students', () => {
  test('are made scene by scene, once; scenes without students and boxes that are odd are named', async () => {
    const odd = [
      { x1: 200, y1: 200, x2: 100, y2: 300 },
      { x1: 50, y1: 50, x2: 50, y2: 90 },
      { x1: -30, y1: 20, x2: 40, y2: 90 },
    ]
    const bench = await extractionBench(client, [boxesInRow(3), [...boxesInRow(1), ...odd], []])
    const id = await bench.add(bench.convnext(1))
    const first = await bench.embed(id)
    expect(first).toMatchObject({ modality: 'convnext', width: 16, scenes: 2, skipped: 0, students: 7, failed: [] })
    expect(first.findings.map(({ code, count }) => [code, count])).toEqual([
      ['box-inverted', 1],
      ['box-without-area', 2],
      ['box-outside', 1],
      ['scenes-empty', 1],
    ])
    const again = await bench.embed(id)
    expect(again).toMatchObject({ scenes: 0, skipped: 2, students: 0 })
    const { producer, byStudent } = readVectors(bench.projectFolder, 'convnext')
    expect(producer).toMatchObject({ kind: 'appearance', family: 'convnext', precision: 'float32', noise: null })
    expect(byStudent.size).toBe(7)
  })

  test('stop with a cancellation, keep what is done, and go on where they stopped', async () => {
    const controller = new AbortController()
    const [whole, halved] = [await extractionBench(client), await extractionBench(cancelsAfterOne(controller))]
    await whole.embed(await whole.add(whole.grouprec))
    const id = await halved.add(halved.grouprec)
    await expect(halved.embed(id, {}, controller.signal)).rejects.toMatchObject({ code: 'job.cancelled' })
    const done = readVectors(halved.projectFolder, 'grouprec').byName.size
    expect(done).toBeGreaterThan(0)
    // What a crash between the file and the database leaves behind: bytes that no row points at.
    const [file] = readdirSync(join(halved.projectFolder, 'features'))
    appendFileSync(join(halved.projectFolder, 'features', file!), 'half a vector')
    const rest = await halved.embed(id)
    expect(rest.students + done).toBe(15)
    const one = readVectors(whole.projectFolder, 'grouprec').byName
    const other = readVectors(halved.projectFolder, 'grouprec').byName
    expect([...other.keys()].sort()).toEqual([...one.keys()].sort())
    for (const [name, vector] of one) expect(other.get(name)).toEqual(vector)
  })

  test('of other weights do not mix with them: another name, or a replacement', async () => {
    const bench = await extractionBench(client)
    const [one, other] = [await bench.add(bench.convnext(1)), await bench.add(bench.convnext(2))]
    await bench.embed(one)
    await expect(bench.embed(other)).rejects.toMatchObject({ code: 'extraction.modality-taken' })
    await expect(bench.embed(other)).rejects.toThrow(/convnext-1\.pth.*convnext-2\.pth.*--replace/)
    await bench.embed(other, { modality: 'second' })
    expect(readVectors(bench.projectFolder, 'second').producer?.weightsFile).toBe('convnext-2.pth')
    const files = readdirSync(join(bench.projectFolder, 'features')).length
    expect(await bench.embed(other, { replace: true })).toMatchObject({ modality: 'convnext', students: 15 })
    const { producer, byStudent } = readVectors(bench.projectFolder, 'convnext')
    expect([producer?.weightsFile, byStudent.size]).toEqual(['convnext-2.pth', 15])
    expect(readdirSync(join(bench.projectFolder, 'features'))).toHaveLength(files)
  })

  test('a moved box costs its own vector and the relations of its scene, and a summary says so', async () => {
    const bench = await extractionBench(client)
    const [appearance, relation] = [await bench.add(bench.convnext(1)), await bench.add(bench.grouprec)]
    await bench.embed(appearance)
    await bench.embed(relation)
    const before = readVectors(bench.projectFolder, 'grouprec').byStudent
    const moved = bench.studentsOf(1)[0]!
    const box = { x1: 300, y1: 150, x2: 380, y2: 320 }
    const edit = { kind: 'box', studentId: moved.id, box } as const
    await bench.handlers.edits.apply({ edits: [edit], annotator: 'Ada' }, inCall)
    expect(await bench.embed(appearance)).toMatchObject({ scenes: 1, students: 1, skipped: 2, findings: [] })
    const renewed = await bench.embed(relation)
    expect(renewed).toMatchObject({ scenes: 1, students: 4, skipped: 2 })
    expect(renewed.findings.map(({ code, examples }) => [code, examples])).toEqual([['relations-renewed', [photo]]])
    const after = readVectors(bench.projectFolder, 'grouprec').byStudent
    for (const { id } of bench.studentsOf(0)) expect(after.get(id)).toEqual(before.get(id))
    for (const { id } of bench.studentsOf(1)) expect(after.get(id)).not.toEqual(before.get(id))
  })

  test('a photo that went fails alone, and is tried again when it is back', async () => {
    const bench = await extractionBench(client)
    const file = join(bench.photoRoot, photo)
    const bytes = readFileSync(file)
    rmSync(file)
    const id = await bench.add(bench.convnext(1))
    const summary = await bench.embed(id)
    expect(summary).toMatchObject({ scenes: 2, students: 11 })
    expect(summary.failed).toMatchObject([{ scene: photo, error: { code: 'media.photo-missing' } }])
    const only = [bench.sceneIds[1]!]
    await expect(bench.embed(id, { sceneIds: only })).rejects.toMatchObject({ code: 'media.photo-missing' })
    bench.put(`photos/${photo}`, bytes)
    expect(await bench.embed(id)).toMatchObject({ scenes: 1, skipped: 2, students: 4, failed: [] })
  })

  test('the noise of a seed is a scene’s own: alone and among others it is the same, another seed is another', async () => {
    const bench = await extractionBench(client)
    const id = await bench.add(bench.grouprec)
    await bench.embed(id)
    await bench.embed(id, { modality: 'alone', sceneIds: [bench.sceneIds[2]!] })
    await bench.embed(id, { modality: 'other', noise: { kind: 'seed', seed: 1 } })
    const [all, alone, other] = ['grouprec', 'alone', 'other'].map((name) => readVectors(bench.projectFolder, name))
    expect(alone!.byStudent.size).toBe(5)
    for (const [student, vector] of alone!.byStudent) expect(all!.byStudent.get(student)).toEqual(vector)
    const [student] = alone!.byStudent.keys()
    expect(other!.byStudent.get(student!)).not.toEqual(all!.byStudent.get(student!))
    expect(other!.producer?.noise).toEqual({ kind: 'seed', seed: 1 })
  })

  test('a detector makes none', async () => {
    const bench = await extractionBench(client)
    await expect(bench.embed('nanodet')).rejects.toMatchObject({ code: expect.stringMatching(/^weights\./) as string })
  })
})

test('predictions are known to be from before a box changed, its own or a neighbour’s, until it is back or predicted anew', async () => {
  const bench = await extractionBench(client)
  const { edits, models, scenes } = bench.handlers
  const [appearance, relation] = [await bench.add(bench.convnext(1)), await bench.add(bench.grouprec)]
  const model = await models.add({ file: bench.head, config: null, chosen: {}, name: null }, inCall)
  const run = async () => (await bench.extract({ appearance, relation, modelId: model.id })).runId!
  const [moved, neighbour] = bench.studentsOf(1).map(({ id }) => id) as [number, number]
  const told = async (scene: number, ...runIds: number[]) => {
    const { students } = await scenes.get({ sceneId: bench.sceneIds[scene]!, runIds }, inCall)
    return new Map(students.map((one) => [one.id, [one.movedSince, one.neighboursMovedSince]]))
  }
  const first = await run()
  const move = { kind: 'box', studentId: moved, box: { x1: 300, y1: 150, x2: 380, y2: 320 } } as const
  expect((await told(1, first)).get(moved)).toEqual([[], []])
  await edits.apply({ edits: [move], annotator: 'Ada' }, inCall)
  expect((await told(1, first)).get(moved)).toEqual([[first], []])
  expect((await told(1, first)).get(neighbour)).toEqual([[], [first]])
  expect([...(await told(0, first)).values()].flat(2)).toEqual([])
  await edits.undo({}, inCall)
  expect([...(await told(1, first)).values()].flat(2)).toEqual([])
  await edits.redo({}, inCall)
  const second = await run()
  expect((await told(1, first, second)).get(moved)).toEqual([[first], []])
  await edits.apply({ edits: [{ kind: 'delete', studentId: moved }], annotator: 'Ada' }, inCall)
  expect((await told(1, first, second)).get(neighbour)).toEqual([[], [first, second]])
})

describe('the whole way to a pickle', () => {
  const python = findPython('numpy')

  test('says every file that is missing before anything runs', async () => {
    const bench = await extractionBench(client)
    await expect(bench.extract()).rejects.toMatchObject({ code: 'extraction.weights-missing' })
    await expect(bench.extract()).rejects.toThrow(/convnext_base.*354 MB.*relation_common_group8\.pkl.*326 MB/)
    const model = await bench.handlers.models.add({ file: bench.head, config: null, chosen: {}, name: null }, inCall)
    const appearance = await bench.add(bench.convnext(1))
    await expect(bench.extract({ modelId: model.id, appearance })).rejects.toThrow(/relation_common_group8/)
    await expect(bench.extract({ modelId: model.id, appearance, relation: appearance })).rejects.toMatchObject({
      code: 'extraction.role',
    })
  })

  test('makes what is missing, predicts and writes the authors’ keys with a record beside; again it makes nothing', async () => {
    const bench = await extractionBench(client)
    const file = join(bench.photoRoot, photo)
    const [appearance, relation] = [await bench.add(bench.convnext(1)), await bench.add(bench.grouprec)]
    const model = await bench.handlers.models.add({ file: bench.head, config: null, chosen: {}, name: null }, inCall)
    await bench.handlers.edits.apply(
      {
        edits: [{ kind: 'label', studentId: bench.studentsOf(0)[0]!.id, classIndex: 4, source: 'person' }],
        annotator: 'Ada',
      },
      inCall,
    )
    rmSync(file)
    const out = join(bench.folder, 'out', 'demo_features.pkl')
    const asked = { appearance, relation, modelId: model.id, out }
    const summary = await bench.extract(asked)
    expect(summary).toMatchObject({ detect: null, file: out })
    expect(summary.embeds.map(({ modality, students }) => [modality, students])).toEqual([
      ['convnext', 11],
      ['grouprec', 11],
    ])
    const runs = await bench.handlers.models.runs({}, inCall)
    expect(runs.find(({ id }) => id === summary.runId)?.students).toBe(11)
    const written = readPickleFile(out) as ReadonlyMap<string, unknown>
    expect([...written.keys()]).toEqual(['grouprec', 'convnext', 'labels', 'metadata', 'context'])
    const metadata = JSON.parse(readFileSync(join(bench.folder, 'out', 'run_metadata.json'), 'utf8')) as {
      features: { modality: string; noise: unknown }[]
      failed: { img_path: string; steps: string[] }[]
      n_samples: number
    }
    expect(metadata.n_samples).toBe(11)
    expect(metadata.features.map(({ modality, noise }) => [modality, noise])).toEqual([
      ['convnext', null],
      ['grouprec', { kind: 'seed', seed: 0 }],
    ])
    expect(metadata.failed.map(({ img_path, steps }) => [img_path, steps])).toEqual([[photo, ['convnext', 'grouprec']]])
    const { size } = statSync(out)
    expect(await bench.extract(asked)).toMatchObject({ embeds: [{ students: 0 }, { students: 0 }] })
    expect(statSync(out).size).toBe(size)
  })

  test.skipIf(!python)(`numpy reads what was written${python ? '' : ` (${withoutPython('numpy')})`}`, async () => {
    const bench = await extractionBench(client)
    const out = join(bench.folder, 'features.pkl')
    await bench.extract({
      appearance: await bench.add(bench.convnext(1)),
      relation: await bench.add(bench.grouprec),
      out,
    })
    const said = runPython(
      python!,
      `
import json, pickle, sys
import numpy as np
with open(sys.argv[1], 'rb') as file: data = pickle.load(file)
context, metadata = data['context'], data['metadata']
print(json.dumps({
  'shapes': {name: [list(np.asarray(data[name]).shape), str(data[name].dtype)] for name in metadata['modalities']},
  'labels': [str(data['labels'].dtype), sorted(set(data['labels'].tolist()))],
  'dims': metadata['modal_feature_dims'], 'n': metadata['n_samples'],
  'context': {key: [str(value.dtype), list(value.shape)] if hasattr(value, 'dtype') else len(value) for key, value in context.items()},
  'first': [metadata['img_paths'][0], metadata['bbox_ids'][0], context['bbox_xyxy_abs'][0].tolist(), context['person_idx'][:7].tolist(), context['group_key'][0]],
}))`,
      out,
    )
    expect(JSON.parse(said)).toEqual({
      shapes: { grouprec: [[15, widths.grouprec], 'float32'], convnext: [[15, 16], 'float32'] },
      labels: ['int64', [-1]],
      dims: { grouprec: widths.grouprec, convnext: 16 },
      n: 15,
      context: {
        bbox_xyxy_abs: ['float32', [15, 4]],
        bbox_cxcywh_norm: ['float32', [15, 4]],
        image_hw: ['int32', [15, 2]],
        person_idx: ['int32', [15]],
        room_id: 15,
        datetime_iso: 15,
        group_key: 15,
      },
      first: ['room-a-afternoon.jpg', '1_0', [60, 200, 130, 340], [0, 1, 2, 3, 4, 5, 0], expect.any(String)],
    })
  })

  test('read back into a new project it gives the same vectors', async () => {
    const bench = await extractionBench(client)
    const out = join(bench.folder, 'features.pkl')
    await bench.extract({
      appearance: await bench.add(bench.convnext(1)),
      relation: await bench.add(bench.grouprec),
      out,
    })
    const before = readVectors(bench.projectFolder, 'grouprec').byName
    const { project, exchange } = bench.handlers
    const folder = join(bench.folder, 'again.lectern')
    await project.create({ folder, photoRoot: bench.photoRoot }, inCall)
    const imported = await exchange.importFile({ file: out, photoRoot: bench.photoRoot, split: null }, inCall)
    expect(imported).toMatchObject({ students: 15, scenes: 3, photosMatched: 3 })
    expect(imported.findings.map(({ code }) => code)).toEqual(['labels-unlabelled'])
    expect(readVectors(folder, 'grouprec').byName).toEqual(before)
    // Their vectors came from a file now: nothing here may take their place.
    const id = await bench.add(bench.grouprec)
    await expect(bench.embed(id, { replace: true })).rejects.toMatchObject({ code: 'extraction.modality-imported' })
    const third = await bench.extract({ relation: id, appearance: await bench.add(bench.convnext(1)) })
    expect(third.embeds).toEqual([])
  })
})

describe('a study of the noise', () => {
  test('tells how many answers move, and keeps the project as it was', async () => {
    const bench = await extractionBench(client)
    const [appearance, relation] = [await bench.add(bench.convnext(1)), await bench.add(bench.grouprec)]
    await bench.embed(appearance)
    const { models, extraction, edits } = bench.handlers
    const model = await models.add({ file: bench.head, config: null, chosen: {}, name: null }, inCall)
    const label = { kind: 'label', studentId: bench.studentsOf(0)[0]!.id, classIndex: 1, source: 'person' } as const
    await edits.apply({ edits: [label], annotator: 'Ada' }, inCall)
    const files = readdirSync(join(bench.projectFolder, 'features'))
    const asked = { weightsId: relation, modelId: model.id, sceneIds: null, draws: 5, device: 'cpu' as const }
    const study = await extraction.noiseStudy(asked, inCall)
    expect(study).toMatchObject({ draws: 5, students: 15 })
    expect(study.meanVectorDistance).toBeGreaterThan(0)
    expect(study.classes.map((one) => one.students).reduce((sum, count) => sum + count)).toBe(15)
    expect(study.classes.map((one) => one.unstable).reduce((sum, count) => sum + count)).toBe(study.unstable)
    expect(study.accuracies).toHaveLength(5)
    expect(readdirSync(join(bench.projectFolder, 'features'))).toEqual(files)
    expect(await extraction.noiseStudy(asked, inCall)).toEqual(study)
    await expect(extraction.noiseStudy({ ...asked, weightsId: appearance }, inCall)).rejects.toMatchObject({
      code: 'extraction.no-noise',
    })
  })
})
