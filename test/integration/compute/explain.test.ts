import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import type { ModelSource, StudentBatchInput, VectorReplacement } from '#main/compute/protocol.ts'
import { bytesOf, GraphBuilder } from '#main/onnx/graph-builder.ts'
import { collect, relativeError, resultOf, startCompute, temporaryFolder } from '../../support/compute.ts'
import { goldenHead, goldenStudents, oneScene, sceneAround } from '../../support/golden-scenes.ts'
import { goldenFolder, headNames } from '../../support/heads.ts'

const compute = startCompute()
const folder = temporaryFolder()
let students: StudentBatchInput
let means: readonly VectorReplacement[]

beforeAll(async () => {
  students = (await goldenStudents(compute, folder)).students
  means = await resultOf(compute.features.means({ vectors: [...students.vectors] }))
})

const logitsOf = async (model: ModelSource, scene: StudentBatchInput) =>
  collect(compute.models.predict({ model, device: 'cpu', students: scene }))

const explain = (model: ModelSource, scene: StudentBatchInput, position: number) =>
  compute.models.explain({ model, device: 'cpu', students: scene, position, means: [...means] })

/** The scene with one student's vector written anew into a file of its own. */
function withVectorOf(
  scene: StudentBatchInput,
  position: number,
  modality: string,
  vector: Float32Array,
): StudentBatchInput {
  const file = join(folder, `${modality}-${vector[0]}.bin`)
  writeFileSync(file, new Uint8Array(vector.buffer))
  return {
    ...scene,
    vectors: scene.vectors.map((vectors) =>
      vectors.name === modality
        ? {
            ...vectors,
            files: [...vectors.files, { file, dtype: 'f4' }],
            fileOf: Uint16Array.from(vectors.rows, (_, at) => (at === position ? 1 : 0)),
            rows: vectors.rows.map((row, at) => (at === position ? 0 : row)),
          }
        : vectors,
    ),
  }
}

describe.each(headNames(goldenFolder))('%s', (name) => {
  const model = goldenHead(name)

  test.each([0, 12, 20, 25, 26])('student %i: each change is what predicting the changed scene gives', async (row) => {
    const rows = sceneAround(students, row)
    const [scene, position] = [oneScene(students, rows), rows.indexOf(row)]
    const found = await explain(model, scene, position)
    const whole = await logitsOf(model, scene)
    const near = (logits: Float32Array, expected: readonly number[]) =>
      expect(relativeError([[...logits]], [[...expected]])).toBeLessThan(2e-6)
    near(found.answer.logits, whole.logits[position]!)
    if (found.answer.gate) near(found.answer.gate, whole.gate[position]!)

    const used = await compute.models.neighbours({ model, device: 'cpu', students: scene })
    const own = used === null ? [] : [...used.positions.subarray(position * used.k, (position + 1) * used.k)]
    const positions = found.neighbours.map((one) => one.position)
    expect(positions.toSorted((a, b) => a - b)).toEqual(own.filter((one) => one >= 0).toSorted((a, b) => a - b))
    const weights = found.neighbours.map(({ weight }) => weight)
    expect(weights).toEqual(weights.toSorted((a, b) => b - a))
    for (const { position: neighbour, without } of found.neighbours) {
      const left = rows.filter((_, at) => at !== neighbour)
      near(without.logits, (await logitsOf(model, oneScene(students, left))).logits[left.indexOf(row)]!)
    }

    for (const { modality, zeros, mean } of found.modalities) {
      const { vector } = means.find((one) => one.modality === modality)!
      const empty = withVectorOf(scene, position, modality, new Float32Array(vector.length))
      near(zeros.logits, (await logitsOf(model, empty)).logits[position]!)
      near(mean.logits, (await logitsOf(model, withVectorOf(scene, position, modality, vector))).logits[position]!)
    }
  })
})

test('means are those of the vectors, rows that are no numbers left out', async () => {
  const values = Float32Array.of(1, 2, NaN, 9, 3, 6, 4, Infinity)
  const file = join(folder, 'some.bin')
  writeFileSync(file, new Uint8Array(values.buffer))
  const vectors = { name: 'a', width: 2, files: [{ file, dtype: 'f4' }], fileOf: null }
  const mean = (rows: readonly number[]) =>
    resultOf(compute.features.means({ vectors: [{ ...vectors, rows: Uint32Array.from(rows) }] }))
  expect(await mean([0, 1, 2, 3])).toEqual([{ modality: 'a', rows: 2, vector: Float32Array.of(2, 4) }])
  expect(await mean([1])).toEqual([{ modality: 'a', rows: 0, vector: Float32Array.of(0, 0) }])
  expect(await mean([])).toMatchObject([{ rows: 0 }])
})

describe('students whose features are no numbers', () => {
  const nan = () =>
    withVectorOf(oneScene(students, sceneAround(students, 0)), 2, 'convnext', new Float32Array(24).fill(NaN))
  const others = sceneAroundFirst().filter((row) => row !== 2)

  test('are left out, and are nobody’s neighbour', async () => {
    const { logits, leftOut } = await logitsOf(goldenHead('c_spatial'), nan())
    expect(leftOut).toEqual([{ position: 2, reason: 'features not finite: NaN in convnext' }])
    const without = await logitsOf(goldenHead('c_spatial'), oneScene(students, others))
    expect(relativeError(logits, without.logits)).toBeLessThan(1e-6)
    const used = (await compute.models.neighbours({ model: goldenHead('c_spatial'), device: 'cpu', students: nan() }))!
    expect([...used.positions.subarray(2 * used.k, 3 * used.k)]).toEqual(Array(used.k).fill(-1))
    expect([...used.positions]).not.toContain(2)
    expect(used.positions.filter((position) => position >= 0)).toHaveLength(9 * used.k)
  })

  test('a head that does not read them judges the student', async () => {
    const { logits, leftOut } = await logitsOf(goldenHead('mlp_grouprec'), nan())
    expect(leftOut).toEqual([])
    expect(logits).toHaveLength(10)
  })

  test('are not explained; their peers are, without them', async () => {
    await expect(explain(goldenHead('c_spatial'), nan(), 2)).rejects.toMatchObject({
      code: 'explain.student-left-out',
      message: expect.stringContaining('NaN in convnext') as string,
    })
    const found = await explain(goldenHead('c_spatial'), nan(), 5)
    const same = await explain(goldenHead('c_spatial'), oneScene(students, others), 4)
    expect(relativeError([[...found.answer.logits]], [[...same.answer.logits]])).toBeLessThan(1e-6)
    expect(found.neighbours.map(({ position }) => position)).toEqual(
      same.neighbours.map(({ position }) => others[position]),
    )
  })

  test('a scene of nobody else gives no rows', async () => {
    const alone = withVectorOf(oneScene(students, [0]), 0, 'grouprec', new Float32Array(32).fill(-Infinity))
    const { logits, leftOut, batches } = await logitsOf(goldenHead('c_spatial'), alone)
    expect([logits, batches]).toEqual([[], [{ first: 0, count: 1 }]])
    expect(leftOut).toEqual([{ position: 0, reason: 'features not finite: an infinite value in grouprec' }])
  })
})

function sceneAroundFirst(): number[] {
  return Array.from({ length: 10 }, (_, row) => row)
}

describe('a head of the user’s own (.onnx)', () => {
  /** Every student's logits are the mean of the scene's vectors plus their own: nobody can be told apart by scene ids. */
  function writeMixing(): string {
    const graph = new GraphBuilder('mixing')
    const x = graph.input('convnext', 'float32', ['n', 24])
    const mean = graph.node('ReduceMean', [x], {
      axes: { kind: 'ints', value: [0n] },
      keepdims: { kind: 'int', value: 1n },
    })
    const w = Float32Array.from({ length: 24 * 5 }, (_, at) => Math.sin(at))
    const weight = graph.initializer('w', 'float32', [24, 5], bytesOf(w))
    graph.output(graph.node('MatMul', [graph.node('Add', [x, mean]), weight]), 'logits', 'float32', ['n', 5])
    const file = join(folder, 'mixing.onnx')
    const model = { irVersion: 8, operatorSets: new Map([['', 17]]), producerName: 'test', producerVersion: '' }
    writeFileSync(file, encodeModel({ ...model, metadata: new Map(), graph: graph.build() }))
    return file
  }

  test('that may mix anybody is given each changed scene on its own; it has no neighbours', async () => {
    const modalities = [{ name: 'convnext', width: 24 }]
    const model = { file: writeMixing(), config: null, chosen: {}, hasBoxes: true, modalities }
    const scene = oneScene(students, sceneAround(students, 12))
    const found = await explain(model, scene, 3)
    expect(found.neighbours).toEqual([])
    const near = async (logits: Float32Array, changed: StudentBatchInput) =>
      expect(relativeError([[...logits]], [(await logitsOf(model, changed)).logits[3]!])).toBeLessThan(1e-6)
    await near(found.answer.logits, scene)
    expect(found.modalities).toHaveLength(1)
    await near(found.modalities[0]!.zeros.logits, withVectorOf(scene, 3, 'convnext', new Float32Array(24)))
  })
})

describe('refused by name', () => {
  test.each([
    ['several scenes', () => explain(goldenHead('c_spatial'), students, 0), 'predict.one-scene'],
    [
      'a student that is not there',
      () => explain(goldenHead('gated'), oneScene(students, [0]), 1),
      'explain.student-left-out',
    ],
  ])('%s', async (_name, work, code) => {
    await expect(work()).rejects.toMatchObject({ code })
  })

  test('a mean of another width, and none', async () => {
    const scene = oneScene(students, [0, 1])
    const input = { model: goldenHead('gated'), device: 'cpu', students: scene, position: 0 } as const
    const narrow = means.map((mean) => ({ ...mean, vector: new Float32Array(3) }))
    for (const given of [narrow, []]) {
      await expect(compute.models.explain({ ...input, means: [...given] })).rejects.toMatchObject({
        code: 'explain.mean-missing',
      })
    }
  })

  test("a graph in RAFNet's batches; a head without one is explained all the same", async () => {
    const scene = oneScene(students, [0, 1, 2])
    const input = { device: 'cpu' as const, batching: 'rafnet:8', students: scene, position: 0, means: [...means] }
    await expect(compute.models.explain({ ...input, model: goldenHead('c_spatial') })).rejects.toMatchObject({
      code: 'explain.rafnet-batches',
    })
    expect((await compute.models.explain({ ...input, model: goldenHead('gated') })).answer.logits).toHaveLength(5)
  })
})
