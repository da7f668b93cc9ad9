import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readGraphModel } from '#main/codecs/tfjs/read-graph-model.ts'
import { openSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import { float32Tensor } from '#main/compute/sessions/tensor.ts'
import type { PlainTensor } from '#main/compute/sessions/tensor.ts'
import { buildNanodet, encodeNanodet, headChannels } from '#main/onnx/detectors/nanodet/build-nanodet.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { defaultModels, withoutDefaultModels } from '../../support/default-models.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'

const folder = mkdtempSync(join(tmpdir(), 'lectern-nanodet-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const sidePx = 416 // what the TensorFlow graph is fixed to

const onnx = (part: 'heads' | 'maps') => {
  const file = join(defaultModels!, 'nanodet.json')
  const shard = (name: string) => readFileSync(join(defaultModels!, name))
  return encodeNanodet(buildNanodet(readGraphModel({ file, model: readFileSync(file), shard }), part), 'test')
}

async function run(part: 'heads' | 'maps', image: Float32Array, heightPx: number, widthPx: number) {
  const session = await openSession(await loadRuntime(), onnx(part), { provider: 'cpu', onlyProvider: false })
  try {
    return await session.run({ image: float32Tensor(image, [1, 3, heightPx, widthPx]) })
  } finally {
    await session.release()
  }
}

/** Noise that is smooth enough to look like a picture to the first layers. */
function picture(count: number): Float32Array {
  const random = seededRandom(11)
  let value = 0
  return Float32Array.from({ length: count }, () => (value = 0.95 * value + (random() - 0.5)))
}

const python = findPython('torch', 'numpy')
const missing = defaultModels === null ? withoutDefaultModels : python === null ? withoutPython('torch', 'numpy') : null

describe.skipIf(missing !== null)(`NanoDet against PyTorch${missing === null ? '' : ` (${missing})`}`, () => {
  const image = picture(3 * sidePx * sidePx)
  let expected: Float32Array[] = []
  beforeAll(() => {
    writeFileSync(join(folder, 'image.bin'), image)
    const program = resolve(import.meta.dirname, 'nanodet-torch.py')
    const files = ['nanodet.json', 'nanodet.bin'].map((name) => join(defaultModels!, name))
    execFileSync(python!, [program, ...files, join(folder, 'image.bin'), String(sidePx), String(sidePx), folder])
    expected = Array.from({ length: 8 }, (_, index) => {
      const bytes = readFileSync(join(folder, `${index}.bin`))
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    })
  })

  test.each([8, 16, 32])('the head of stride %i: the person’s probability and every side’s logits', async (stride) => {
    const head = (await run('heads', image, sidePx, sidePx)).get(`head_${stride}`)!
    const cells = (sidePx / stride) ** 2
    expect(head.dimensions).toEqual([1, headChannels, sidePx / stride, sidePx / stride])
    const values = head.data as Float32Array
    const level = Math.log2(stride / 8)
    const [classes, sides] = [expected[level]!, expected[3 + level]!]
    expect([classes.length, sides.length]).toEqual([80 * cells, 44 * cells])
    let [probability, logit] = [0, 0]
    for (let cell = 0; cell < cells; cell++) {
      probability = Math.max(probability, Math.abs(1 / (1 + Math.exp(-values[cell]!)) - classes[80 * cell]!))
      for (let side = 0; side < 44; side++) {
        logit = Math.max(logit, Math.abs(values[(1 + side) * cells + cell]! - sides[44 * cell + side]!))
      }
    }
    expect(probability).toBeLessThan(1e-5)
    expect(logit).toBeLessThan(2e-4)
  })

  test.each([
    [8, 6, 128],
    [16, 7, 256],
  ])('the backbone’s map of stride %i', async (stride, index, channels) => {
    const map = (await run('maps', image, sidePx, sidePx)).get(`map_${stride}`)!
    expect(map.dimensions).toEqual([1, channels, sidePx / stride, sidePx / stride])
    expect(relativeError(map.data as Float32Array, expected[index]!)).toBeLessThan(1e-5)
  })
})

const relativeError = (actual: Float32Array, reference: Float32Array): number => {
  expect(actual).toHaveLength(reference.length)
  let [gap, most] = [0, 0]
  for (let index = 0; index < reference.length; index++) {
    gap = Math.max(gap, Math.abs(actual[index]! - reference[index]!))
    most = Math.max(most, Math.abs(reference[index]!))
  }
  return gap / most
}

const name = 'a converted NanoDet'
describe.skipIf(defaultModels === null)(defaultModels === null ? `${name} (${withoutDefaultModels})` : name, () => {
  test('runs on any multiple of 32 px, and what lies to the right of a picture changes nothing far from it', async () => {
    const narrow = picture(3 * 64 * 640)
    const wide = new Float32Array(3 * 64 * 1280)
    for (let row = 0; row < 3 * 64; row++) wide.set(narrow.subarray(row * 640, (row + 1) * 640), row * 1280)
    const at = ({ data }: PlainTensor, columns: number) => (data as Float32Array)[columns + 3]
    const [one, two] = [await run('maps', narrow, 64, 640), await run('maps', wide, 64, 1280)]
    expect(two.get('map_8')!.dimensions).toEqual([1, 128, 8, 160])
    expect(at(two.get('map_8')!, 160)).toBeCloseTo(at(one.get('map_8')!, 80)!, 5)
  })

  const onnxPython = findPython('onnx')
  test.skipIf(onnxPython === null)(
    `is accepted by ONNX’s own checker${onnxPython === null ? ` (${withoutPython('onnx')})` : ''}`,
    () => {
      const files = (['heads', 'maps'] as const).map((part) => {
        const file = join(folder, `${part}.onnx`)
        writeFileSync(file, onnx(part))
        return file
      })
      const check =
        'import onnx, sys\nfor f in sys.argv[1:]: onnx.checker.check_model(onnx.load(f), full_check=True)\nprint("fine")'
      expect(runPython(onnxPython!, check, ...files).trim()).toBe('fine')
    },
  )
})
