import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import type { ModelSource, StudentBatchInput } from '#main/compute/protocol.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { bytesOf, GraphBuilder } from '#main/onnx/graph-builder.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { collect, relativeError, resultOf, startCompute, studentsOf, temporaryFolder } from '../../support/compute.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden')
const compute = startCompute()
const folder = temporaryFolder()
let table: FeatureTable
let students: StudentBatchInput

beforeAll(async () => {
  const file = join(golden, 'features.pkl')
  table = await resultOf(compute.features.read({ file, contextFile: null, outFolder: join(folder, 'golden') }))
  students = studentsOf(table)
})

const head = (name: string, more: Partial<ModelSource> = {}): ModelSource => ({
  file: join(golden, `${name}.pth`),
  config: join(golden, `${name}.json`),
  chosen: {},
  hasBoxes: true,
  ...more,
})

const predict = (model: ModelSource, more: { batching?: string; students?: StudentBatchInput } = {}) =>
  collect(compute.models.predict({ model, device: 'cpu', students, ...more }))

const assumption = async (model: ModelSource, parameter: string) =>
  (await compute.models.describe(model)).assumptions.find((one) => one.parameter === parameter)

describe('describing a checkpoint', () => {
  test('from its config: what it reads, what it tells apart, nothing that only training needs', async () => {
    const description = await compute.models.describe(head('c_spatial'))
    expect(description).toMatchObject({
      family: 'context_graph_fusion_classifier',
      classes: 5,
      gateModalities: ['grouprec', 'convnext'],
      modalities: [
        { name: 'grouprec', width: 32, role: 'feature' },
        { name: 'convnext', width: 24, role: 'feature' },
        { name: 'bbox_ctx', width: 4, role: 'box' },
        { name: 'img_uid', width: 1, role: 'scene' },
      ],
    })
    expect(description.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(description.assumptions.map(({ parameter }) => parameter)).not.toContain('dropout')
    expect(await assumption(head('c_spatial'), 'graph_k')).toEqual({
      parameter: 'graph_k',
      value: '4',
      origin: 'config',
    })
  })

  test('a config.yaml beside it is used first and named', async () => {
    const place = join(folder, 'run')
    mkdirSync(place)
    copyFileSync(join(golden, 'c_spatial.pth'), join(place, 'best_model.pth'))
    const { model } = JSON.parse(readFileSync(join(golden, 'c_spatial.json'), 'utf8')) as { model: object }
    writeFileSync(join(place, 'base.yaml'), JSON.stringify({ model }))
    writeFileSync(join(place, 'config.yaml'), '_base_: base.yaml\nmodel:\n  params:\n    graph_k: 3\n')
    const source = { file: join(place, 'best_model.pth'), config: null, chosen: {}, hasBoxes: true }
    expect(await assumption(source, 'config')).toMatchObject({ value: join(place, 'config.yaml') })
    expect(await assumption(source, 'graph_k')).toMatchObject({ value: '3', origin: 'config' })
  })

  test('without a config, what no file tells is a default; what the user chooses says so and changes the result', async () => {
    const alone = head('c_spatial', { config: null })
    expect(await assumption(alone, 'graph_k')).toMatchObject({ value: '8', origin: 'default' })
    const chosen = { ...alone, chosen: { graph_k: 4 } }
    expect(await assumption(chosen, 'graph_k')).toMatchObject({ value: '4', origin: 'chosen' })
    const [asTrained, asChosen, asAssumed] = [
      await predict(head('c_spatial')),
      await predict(chosen),
      await predict(alone),
    ]
    expect(asChosen.logits).toEqual(asTrained.logits)
    expect(relativeError(asAssumed.logits, asTrained.logits)).toBeGreaterThan(1e-4)
  })

  test('boxes and photo ids can be switched off', async () => {
    const source = head('c_context', { config: null, chosen: { bbox_ctx: false, img_uid: false, graph_k: 4 } })
    const { modalities } = await compute.models.describe(source)
    expect(modalities.map(({ role }) => role)).toEqual(['feature', 'feature'])
    expect(await assumption(source, 'bbox_ctx')).toMatchObject({ value: 'false', origin: 'chosen' })
    expect((await predict(source)).logits).toEqual((await predict(head('c_context'))).logits)
  })

  test('a choice that RAFNet does not know is refused', async () => {
    await expect(compute.models.describe(head('c_spatial', { chosen: { graph_size: 4 } }))).rejects.toMatchObject({
      code: 'head.parameter-unknown',
    })
  })
})

describe('bad models', () => {
  test('NaN weights, a wrong class count, a missing file, no checkpoint, no JSON', async () => {
    const { tensors } = readCheckpoint(readFileSync(join(golden, 'gated.pth')), { file: 'gated.pth' })
    const written = [...tensors].map(([name, tensor]) => {
      const values = tensor.toFloat32()
      if (name === 'gate_fc1.weight') values[3] = NaN
      return [name, { dtype: 'float32' as const, shape: tensor.shape, data: values }] as const
    })
    const broken = join(folder, 'broken.pth')
    writeFileSync(broken, writeCheckpoint(new Map(written)))
    const { model } = JSON.parse(readFileSync(join(golden, 'gated.json'), 'utf8')) as { model: { params: object } }
    const four = join(folder, 'four.json')
    writeFileSync(four, JSON.stringify({ model: { ...model, params: { ...model.params, num_classes: 4 } } }))
    const noJson = join(folder, 'no.json')
    writeFileSync(noJson, '{')
    const table_: [ModelSource, string][] = [
      [head('gated', { file: broken }), 'head.weights-not-finite'],
      [head('gated', { config: four }), 'head.class-count'],
      [head('gated', { file: join(folder, 'nothing.pth') }), 'exchange.file-missing'],
      [head('gated', { config: join(folder, 'nothing.yaml') }), 'exchange.file-missing'],
      [head('gated', { file: join(golden, 'gated.json') }), 'checkpoint.not-torch'],
      [head('gated', { config: noJson }), 'model.config-malformed'],
    ]
    for (const [source, code] of table_) {
      await expect(compute.models.describe(source)).rejects.toMatchObject({ code })
    }
  })
})

describe('predicting', () => {
  test('nobody', async () => {
    const nobody = {
      vectors: students.vectors.map((vectors) => ({ ...vectors, rows: new Uint32Array() })),
      boxesNormalised: new Float64Array(),
      sceneOffsets: new Uint32Array([0]),
    }
    expect(await predict(head('c_spatial'), { students: nobody })).toMatchObject({ logits: [], msPerStudent: 0 })
  })

  test('missing modality, wrong width, missing boxes, NaN boxes, rows that do not fit', async () => {
    const [grouprec, convnext] = students.vectors
    const wide = { ...grouprec!, width: 16 }
    const short = { ...grouprec!, rows: grouprec!.rows.subarray(1) }
    const table_: [Partial<StudentBatchInput>, string][] = [
      [{ vectors: [convnext!] }, 'predict.modality-missing'],
      [{ vectors: [wide, convnext!] }, 'predict.width-mismatch'],
      [{ vectors: [short, convnext!] }, 'predict.rows-mismatch'],
      [{ boxesNormalised: null }, 'predict.boxes-missing'],
      [
        { boxesNormalised: students.boxesNormalised!.map((value, at) => (at === 9 ? NaN : value)) },
        'predict.boxes-not-finite',
      ],
    ]
    for (const [change, code] of table_) {
      await expect(predict(head('c_spatial'), { students: { ...students, ...change } })).rejects.toMatchObject({ code })
    }
  })

  test('30,000 students in one file: bounded runs, every student answered, equal students answered alike', async () => {
    const copies = Math.ceil(30_000 / table.rows)
    const rows = Uint32Array.from({ length: copies * table.rows }, (_, student) => student % table.rows)
    const many = {
      vectors: students.vectors.map((vectors) => ({ ...vectors, rows })),
      boxesNormalised: Float64Array.from(
        { length: rows.length * 4 },
        (_, at) => students.boxesNormalised![at % (table.rows * 4)]!,
      ),
      sceneOffsets: Uint32Array.from({ length: copies * 5 + 1 }, (_, scene) =>
        scene === copies * 5 ? rows.length : Math.floor(scene / 5) * table.rows + students.sceneOffsets[scene % 5]!,
      ),
    }
    const { logits, batches } = await predict(head('c_spatial'), { students: many })
    expect(logits).toHaveLength(rows.length)
    expect(Math.max(...batches.map(({ count }) => count))).toBeLessThanOrEqual(512)
    const { logits: once } = await predict(head('c_spatial'))
    const expected = Array.from(rows, (row) => once[row]!)
    expect(relativeError(logits, expected)).toBeLessThan(1e-6)
  })

  test("RAFNet's batches: only a student alone in its photo takes neighbours from others", async () => {
    const scenes = (await predict(head('c_spatial'))).logits
    const batch = (await predict(head('c_spatial'), { batching: 'rafnet:27' })).logits
    const alone = table.rows - 1
    expect(relativeError(batch.slice(0, alone), scenes.slice(0, alone))).toBeLessThan(1e-6)
    expect(relativeError(batch.slice(alone), scenes.slice(alone))).toBeGreaterThan(1e-4)
  })

  test("RAFNet's batches of a head without photo ids mix all photos; a batch of one leaves its student alone", async () => {
    const everybody = { ...students, sceneOffsets: Uint32Array.of(0, table.rows) }
    const oneScene = (await predict(head('c_context'), { students: everybody })).logits
    const mixed = await predict(head('c_context'), { batching: 'rafnet:27' })
    expect(relativeError(mixed.logits, oneScene)).toBeLessThan(1e-6)
    const single = await predict(head('c_context'), { batching: 'rafnet:26' })
    const each = { ...students, sceneOffsets: Uint32Array.from({ length: table.rows + 1 }, (_, student) => student) }
    const apart = (await predict(head('c_context'), { students: each })).logits
    expect(relativeError(single.logits.slice(-1), apart.slice(-1))).toBeLessThan(1e-6)
  })
})

describe('neighbours', () => {
  const sceneOf = (scene: number): StudentBatchInput => {
    const [first, end] = [students.sceneOffsets[scene]!, students.sceneOffsets[scene + 1]!]
    return {
      vectors: students.vectors.map((vectors) => ({ ...vectors, rows: vectors.rows.slice(first, end) })),
      boxesNormalised: students.boxesNormalised!.slice(first * 4, end * 4),
      sceneOffsets: Uint32Array.of(0, end - first),
    }
  }
  const ask = (name: string, scene: number) =>
    compute.models.neighbours({ model: head(name), device: 'cpu', students: sceneOf(scene) })

  test('are the nearest by box centre, nearest first, with weights that sum to one', async () => {
    const { k, positions, weights } = (await ask('c_spatial', 0))!
    const boxes = sceneOf(0).boxesNormalised!
    const distance = (a: number, b: number) =>
      Math.hypot(boxes[a * 4]! - boxes[b * 4]!, boxes[a * 4 + 1]! - boxes[b * 4 + 1]!)
    expect(k).toBe(4)
    for (let student = 0; student < 10; student += 1) {
      const found = [...positions.subarray(student * k, student * k + k)].map((other) => distance(student, other))
      const others = Array.from({ length: 10 }, (_, other) => other).filter((other) => other !== student)
      const nearest = others
        .map((other) => distance(student, other))
        .toSorted((a, b) => a - b)
        .slice(0, k)
      expect(found.map((value) => value.toFixed(5))).toEqual(nearest.map((value) => value.toFixed(5)))
      expect(weights.subarray(student * k, student * k + k).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5)
    }
  })

  test('of a student alone there are none; heads without a graph have none', async () => {
    const alone = (await ask('c_spatial', 4))!
    expect([...alone.positions]).toEqual(Array<number>(alone.k).fill(-1))
    expect(await ask('gated', 0)).toBeNull()
  })

  test('are asked for one scene at a time', async () => {
    await expect(
      compute.models.neighbours({ model: head('c_spatial'), device: 'cpu', students }),
    ).rejects.toMatchObject({
      code: 'predict.one-scene',
    })
  })
})

describe('a head of the user’s own (.onnx)', () => {
  interface Shape {
    readonly inputs: readonly { readonly name: string; readonly width: number }[]
    readonly output?: string
    readonly classes?: number | string
  }

  /** y = concat(inputs) · w with w[i][c] = (i + 1) · (c + 1) / 100. */
  function write(name: string, { inputs, output = 'logits', classes = 5 }: Shape): string {
    const graph = new GraphBuilder('own')
    const width = inputs.reduce((sum, input) => sum + input.width, 0)
    const columns = typeof classes === 'number' ? classes : 5
    const weights = Float32Array.from(
      { length: width * columns },
      (_, at) => ((Math.floor(at / columns) + 1) * ((at % columns) + 1)) / 100,
    )
    const values = inputs.map((input) => graph.input(input.name, 'float32', ['n', input.width]))
    const joined = values.length === 1 ? values[0]! : graph.node('Concat', values, { axis: { kind: 'int', value: 1n } })
    const w = graph.initializer('w', 'float32', [width, columns], bytesOf(weights))
    graph.output(graph.node('MatMul', [joined, w]), output, 'float32', ['n', classes])
    const file = join(folder, `${name}.onnx`)
    const model = {
      irVersion: 8,
      operatorSets: new Map([['', 17]]),
      producerName: 'test',
      producerVersion: '',
      metadata: new Map(),
    }
    writeFileSync(file, encodeModel({ ...model, graph: graph.build() }))
    return file
  }

  const own = (file: string, chosen: ModelSource['chosen'] = {}): ModelSource => ({
    file,
    config: null,
    chosen,
    hasBoxes: true,
    modalities: table.modalities.map(({ name, width }) => ({ name, width })),
  })

  test('inputs by name; scenes one at a time; logits as the graph says', async () => {
    const file = write('named', { inputs: [{ name: 'convnext', width: 24 }] })
    expect(await compute.models.describe(own(file))).toMatchObject({
      family: 'onnx',
      classes: 5,
      modalities: [{ name: 'convnext', width: 24, role: 'feature' }],
    })
    const { logits, batches } = await predict(own(file))
    expect(batches.map(({ count }) => count)).toEqual([10, 9, 5, 2, 1])
    for (const row of logits) expect(row[1]).toBeCloseTo(2 * row[0]!, 3)
  })

  test('by width where only one feature has it', async () => {
    const source = own(write('width', { inputs: [{ name: 'x', width: 32 }], output: 'y' }))
    expect(await assumption(source, 'input x')).toEqual({ parameter: 'input x', value: 'grouprec', origin: 'default' })
    expect((await predict(source)).logits).toHaveLength(table.rows)
  })

  test('by choice, several side by side', async () => {
    const file = write('joined', { inputs: [{ name: 'x', width: 56 }] })
    await expect(compute.models.describe(own(file))).rejects.toMatchObject({
      code: 'model.inputs-unknown',
      details: { inputs: ['x: float32 [n, 56]'], unmatched: ['x'], available: ['grouprec (32)', 'convnext (24)'] },
    })
    const joined = own(file, { x: ['grouprec', 'convnext'] })
    const apart = own(
      write('apart', {
        inputs: [
          { name: 'grouprec', width: 32 },
          { name: 'convnext', width: 24 },
        ],
      }),
    )
    expect((await predict(joined)).logits).toEqual((await predict(apart)).logits)
    await expect(compute.models.describe(own(file, { x: 'convnext' }))).rejects.toMatchObject({
      code: 'model.inputs-unknown',
    })
  })

  test('boxes are fed to bbox_ctx', async () => {
    const source = own(
      write('boxes', {
        inputs: [
          { name: 'convnext', width: 24 },
          { name: 'bbox_ctx', width: 4 },
        ],
      }),
    )
    expect((await compute.models.describe(source)).modalities.map(({ role }) => role)).toEqual(['feature', 'box'])
    expect((await predict(source)).logits).toHaveLength(table.rows)
  })

  test('classes that no file tells are asked for', async () => {
    const file = write('classes', { inputs: [{ name: 'convnext', width: 24 }], classes: 'c' })
    await expect(compute.models.describe(own(file))).rejects.toMatchObject({ code: 'model.classes-unknown' })
    expect((await predict(own(file, { num_classes: 5 }))).logits[0]).toHaveLength(5)
    await expect(predict(own(file, { num_classes: 4 }))).rejects.toMatchObject({ code: 'model.output-unexpected' })
  })

  test('a file that is no model is refused', async () => {
    const file = join(folder, 'text.onnx')
    writeFileSync(file, 'this is no protobuf')
    await expect(compute.models.describe(own(file))).rejects.toMatchObject({
      code: expect.stringMatching(/^onnx\./) as string,
    })
  })

  test('operators that the runtime does not know are its reason, not a crash', async () => {
    const graph = new GraphBuilder('strange')
    const x = graph.input('convnext', 'float32', ['n', 24])
    graph.output(graph.node('Teleport', [x]), 'logits', 'float32', ['n', 5])
    const file = join(folder, 'strange.onnx')
    const model = {
      irVersion: 8,
      operatorSets: new Map([['', 17]]),
      producerName: 'test',
      producerVersion: '',
      metadata: new Map(),
    }
    writeFileSync(file, encodeModel({ ...model, graph: graph.build() }))
    await expect(predict(own(file))).rejects.toMatchObject({
      code: 'model.not-loadable',
      message: expect.stringContaining('Teleport') as string,
    })
  })
})
