import { createCanvas } from '@napi-rs/canvas'
import { symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { halfFromNumber } from '#main/codecs/elements/half-float.ts'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { openSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import { float32Tensor, uint8Tensor } from '#main/compute/sessions/tensor.ts'
import { appearanceNames, buildAppearanceModel } from '#main/onnx/extractors/build-appearance-model.ts'
import { recogniseAppearance } from '#main/onnx/extractors/registry.ts'
import { computedWeight } from '#main/onnx/weight.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import { collectExtraction } from '../../support/backbones.ts'
import { refusal } from '../../support/bad-input.ts'
import { farFromSrgb, jpegWithProfile } from '../../support/colour-profile.ts'
import { relativeError, startCompute, temporaryFolder } from '../../support/compute.ts'
import {
  convNextParameters,
  randomTensors,
  resNetParameters,
  visionTransformerParameters,
} from '../../support/random-backbones.ts'
import { writeSafetensors } from '../../support/write-safetensors.ts'

const folder = temporaryFolder()
const compute = startCompute()
const tensors = randomTensors(convNextParameters([1, 1], [8, 16]))
const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

type Convert = (data: Float32Array) => { dtype: 'float32' | 'float16' | 'bfloat16'; data: Float32Array | Uint16Array }
const float32: Convert = (data) => ({ dtype: 'float32', data })
const float16: Convert = (data) => ({ dtype: 'float16', data: Uint16Array.from(data, halfFromNumber) })
const bfloat16: Convert = (data) => ({
  dtype: 'bfloat16',
  data: Uint16Array.from(new Uint32Array(data.slice().buffer), (bits) => bits >>> 16),
})
const checkpoint = (convert: Convert = float32, list = tensors): Uint8Array =>
  writeCheckpoint(list.map(([name, { shape, data }]) => [name, { shape, ...convert(data) }]))

/** The same weights with one tensor's values changed. */
const spoilt = (wanted: string, value: number) =>
  tensors.map(([name, tensor]) =>
    name === wanted ? ([name, { ...tensor, data: tensor.data.map(() => value) }] as const) : ([name, tensor] as const),
  )

function jpeg(shade: number): Buffer {
  const canvas = createCanvas(160, 120)
  const context = canvas.getContext('2d')
  for (let square = 0; square < 48; square += 1) {
    context.fillStyle = `rgb(${(square * 37 + shade) % 256}, ${(square * 91) % 256}, ${(square * 53) % 256})`
    context.fillRect((square % 8) * 20, Math.floor(square / 8) * 20, 20, 20)
  }
  return canvas.toBuffer('image/jpeg', 92)
}

const weights = put('convnext.pth', checkpoint())
const photo = put('photo.jpg', jpeg(0))
const boxes = Float64Array.from([10, 10, 60, 90, 0, 0, 160, 120, 70.5, 20.2, 130.9, 110])
/** Scenes as the only network of an extraction is shown them. */
const shown = (scenes: readonly { readonly file: string; readonly boxes: Float64Array }[]) =>
  scenes.map(({ file: name, boxes: corners }) => ({ file: name, boxes: [corners] }))
const run = (
  file: string,
  scenes = [{ file: photo, boxes }],
  { batch, ...options }: { batch?: number; precision?: 'int8' | 'float16' } = {},
) => {
  const input = { networks: [{ weights: { file }, ...options }], device: 'cpu' as const, scenes: shown(scenes) }
  return collectExtraction(compute.extraction.run({ ...input, ...(batch && { batch }) }))
}
const vectorsOf = async (file: string) => [[...(await run(file)).scenes[0]!.vectors]]

describe('weights as they lie on disk', () => {
  test('are described', async () => {
    expect(await compute.extraction.describe({ file: weights })).toEqual({
      kind: 'appearance',
      family: 'convnext',
      naming: 'timm',
      width: 16,
      sizes: { depths: [1, 1], widths: [8, 16] },
      parameters: tensors.reduce((sum, [, { data }]) => sum + data.length, 0),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      bytes: checkpoint().length,
      dtype: 'float32',
      precisions: ['float32', 'int8', 'float16'],
      preprocessing: {
        resizePx: 256,
        filter: 'bicubic',
        cropPx: 224,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
    })
  })

  test('give the same vectors from .safetensors', async () => {
    const file = put('convnext.safetensors', writeSafetensors(tensors))
    expect(await vectorsOf(file)).toEqual(await vectorsOf(weights))
  })

  test.each(['Gewichte für ConvNeXt (1).pth', '权重.pth', "it's 100% #1 & more.pth", '  .pth', 'a%20b+c=d;e.pth'])(
    'may be called %s',
    async (name) => expect(await vectorsOf(put(name, checkpoint()))).toEqual(await vectorsOf(weights)),
  )

  test('may be a link into another folder', async () => {
    const link = join(temporaryFolder(), 'linked.pth')
    symlinkSync(weights, link)
    expect(await vectorsOf(link)).toEqual(await vectorsOf(weights))
  })

  test.each([
    ['float16', float16, 5e-3],
    ['bfloat16', bfloat16, 5e-2],
  ] as const)('may be %s', async (name, convert, allowed) => {
    const file = put(`${name}.pth`, checkpoint(convert))
    expect((await compute.extraction.describe({ file })).dtype).toBe(name)
    expect(relativeError(await vectorsOf(file), await vectorsOf(weights))).toBeLessThan(allowed)
  })
})

describe('weights that are refused', () => {
  test.each([
    ['NaN', () => checkpoint(float32, spoilt('stem.0.bias', NaN)), 'weights.not-finite', 'stem.0.bias'],
    ['a missing tensor', () => checkpoint(float32, tensors.slice(0, -1)), 'weights.tensor-missing', 'head.norm.bias'],
    [
      'a tensor too many',
      () => checkpoint(float32, [...tensors, ['stages.1.extra', tensors[1]![1]]]),
      'weights.tensor-unexpected',
      'stages.1.extra',
    ],
    [
      'a network of another kind',
      () => checkpoint(float32, [['fusion.0.weight', tensors[1]![1]]]),
      'weights.unrecognised',
      'fusion.0.weight',
    ],
    ['a cut file', () => checkpoint().subarray(0, 5000), 'zip.', ''],
    ['an empty file', () => new Uint8Array(0), 'checkpoint.not-torch', ''],
    ['a photo', () => jpeg(1), 'checkpoint.not-torch', ''],
    ['cut safetensors', () => writeSafetensors(tensors).subarray(0, 9000), 'safetensors.truncated', ''],
  ])('%s', async (what, bytes, code, named) => {
    const name = `bad ${what}${code.startsWith('safe') ? '.safetensors' : '.pth'}`
    const file = put(name, bytes())
    const error = await refusal(compute.extraction.describe({ file }))
    expect(error.code).toContain(code)
    expect(error.message).toContain(name)
    expect(error.message).toContain(named)
    expect((await refusal(run(file))).code).toBe(error.code)
  })

  test('a file that is not there, a folder', async () => {
    const missing = await refusal(compute.extraction.describe({ file: join(folder, 'nothing.pth') }))
    expect(missing.code).toBe('exchange.file-missing')
    expect((await refusal(compute.extraction.describe({ file: folder }))).code).toBe('exchange.file-unreadable')
  })

  test('a file that changed is looked at again', async () => {
    const file = put('changing.pth', checkpoint())
    const before = await compute.extraction.describe({ file })
    put('changing.pth', checkpoint(float32, spoilt('head.norm.bias', 2)))
    expect((await compute.extraction.describe({ file })).sha256).not.toBe(before.sha256)
  })

  test('half precision on the CPU', async () => {
    expect((await refusal(run(weights, undefined, { precision: 'float16' }))).code).toBe(
      'extraction.precision-unsupported',
    )
  })
})

describe('coarser precisions', () => {
  test('int8 says how near it comes to float32, measured on students of the first readable scene', async () => {
    const scenes = [
      { file: join(folder, 'gone.jpg'), boxes },
      { file: photo, boxes },
    ]
    const { start, scenes: found } = await run(weights, scenes, { precision: 'int8' })
    expect(start.cosine).toMatchObject({ crops: 3 })
    expect(start.cosine!.lowest).toBeGreaterThan(0.99)
    expect(start.cosine!.lowest).toBeLessThan(0.9999999)
    expect(start.cosine!.mean).toBeGreaterThanOrEqual(start.cosine!.lowest)
    const exact = await vectorsOf(weights)
    expect([[...found[0]!.vectors]]).not.toEqual(exact)
    expect(relativeError([[...found[0]!.vectors]], exact)).toBeLessThan(0.2)
  })

  test('float32 has nothing to measure', async () => expect((await run(weights)).start.cosine).toBeNull())

  test('int8 is refused for a network without Linear layers', async () => {
    const file = put('resnet.pth', checkpoint(float32, randomTensors(resNetParameters([1, 1, 1, 1], [4, 4, 8, 8]))))
    const error = await refusal(run(file, undefined, { precision: 'int8' }))
    expect(error.code).toBe('extraction.precision-unsupported')
    expect(error.message).toContain('resnet.pth')
  })

  test.each([
    ['ConvNeXt', convNextParameters([1, 1], [8, 16])],
    ['ResNet', resNetParameters([1, 1, 1, 1], [4, 4, 8, 8])],
    ['ViT', visionTransformerParameters(1, 64, 32)],
  ])("a %s's float16 graph, which GPUs run, comes near to float32", async (_, parameters) => {
    const network = randomTensors(parameters).map(
      ([name, { shape, data }]) => [name, computedWeight(shape, () => data)] as const,
    )
    const tensorsByName = new Map(network)
    const crops = Uint8Array.from({ length: 3 * 224 * 224 }, (__, index) => (index * 7919) % 251)
    const vectors = async (precision: 'float32' | 'float16') => {
      const graph = buildAppearanceModel(recogniseAppearance(tensorsByName)!, tensorsByName, precision)
      const session = await openSession(await loadRuntime(), graph, { provider: 'cpu', onlyProvider: false })
      const results = await session.run({
        [appearanceNames.crops]: uint8Tensor(crops, [1, 3, 224, 224]),
        [appearanceNames.present]: float32Tensor(Float32Array.of(1), [1, 1, 1, 1]),
      })
      await session.release()
      return [[...(results.get(appearanceNames.vectors)!.data as Float32Array)]]
    }
    const [half, exact] = [await vectors('float16'), await vectors('float32')]
    expect(half).not.toEqual(exact)
    expect(relativeError(half, exact)).toBeLessThan(0.02)
  })
})

describe('scenes', () => {
  test('boxes of no area are flagged and get the vector of a zero input; the order stays', async () => {
    const mixed = Float64Array.from([10, 136, 30, 84.8, 10, 10, 60, 90, 50, 50, 50, 80, NaN, 0, 9, 9])
    const [scene] = (await run(weights, [{ file: photo, boxes: mixed }], { batch: 2 })).scenes
    expect([...scene!.withoutArea]).toEqual([1, 0, 1, 1])
    const vector = (student: number) => [...scene!.vectors.subarray(student * 16, (student + 1) * 16)]
    expect(vector(0)).toEqual(vector(2))
    expect(vector(0)).toEqual(vector(3))
    expect(vector(0)).not.toEqual(vector(1))
    const alone = await run(weights, [{ file: photo, boxes: boxes.subarray(0, 4) }])
    expect(relativeError([vector(1)], [[...alone.scenes[0]!.vectors]])).toBeLessThan(1e-6)
  })

  test('photos that cannot be read fail alone', async () => {
    const cut = put('cut.jpg', jpeg(2))
    truncateSync(cut, 900)
    const files = [
      join(folder, 'gone.jpg'),
      photo,
      put('empty.jpg', new Uint8Array(0)),
      cut,
      put('text.png', Buffer.from('no photo')),
      photo,
    ]
    const { scenes, failed } = await run(
      weights,
      files.map((file) => ({ file, boxes })),
    )
    expect(scenes.map(({ index }) => index)).toEqual([1, 5])
    expect(failed.map(({ index, error }) => [index, error.code])).toEqual(
      [0, 2, 3, 4].map((index) => [index, 'photo.unreadable']),
    )
    for (const { index, error } of failed) expect(error.message).toContain(files[index])
  })

  test('a photo deleted while others run fails alone', async () => {
    const doomed = put('doomed.jpg', jpeg(3))
    const scenes = [photo, photo, photo, doomed].map((file) => ({ file, boxes }))
    const kinds: string[] = []
    const networks = [{ weights: { file: weights } }]
    for await (const message of compute.extraction.run({ networks, device: 'cpu', scenes: shown(scenes) })) {
      kinds.push(message.kind)
      if (kinds.length === 1) unlinkSync(doomed)
    }
    expect(kinds).toEqual(['start', 'scene', 'scene', 'scene', 'failed', 'end'])
  })

  test('a scene without students has no vectors; no scenes are no error', async () => {
    const { scenes } = await run(weights, [{ file: photo, boxes: new Float64Array(0) }])
    expect(scenes.map(({ vectors }) => vectors.length)).toEqual([0])
    expect((await run(weights, [])).scenes).toEqual([])
  })

  test('an embedded colour profile does not move what a network sees', async () => {
    const plain = jpeg(4)
    const profiled = put('profiled.jpg', jpegWithProfile(plain, farFromSrgb()))
    const [one, other] = [await photoPixels(put('plain.jpg', plain)), await photoPixels(profiled)]
    expect(other.data).toEqual(one.data)
  })

  test('cancelling ends the run between two batches, and the next one works', async () => {
    const stop = new AbortController()
    const scenes = Array.from({ length: 500 }, () => ({ file: photo, boxes }))
    let told = 0
    const whole = (async () => {
      const stream = compute.extraction.run(
        { networks: [{ weights: { file: weights } }], device: 'cpu', scenes: shown(scenes), batch: 1 },
        { signal: stop.signal },
      )
      for await (const message of stream) {
        if (message.kind === 'scene') told += 1
        if (told === 2) stop.abort()
      }
    })()
    expect((await refusal(whole)).code).toBe('job.cancelled')
    expect(told).toBeLessThan(100)
    expect((await run(weights)).scenes).toHaveLength(1)
  })
})
