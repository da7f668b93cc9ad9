import { Buffer } from 'node:buffer'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DetectionMessage, DetectorSource, EmbeddingMessage, SceneDetection } from '#main/compute/protocol.ts'
import { seatOrder } from '#shared/domain/seat-order.ts'
import { rejectedAppError } from '../../support/app-error.ts'
import { startCompute, temporaryFolder } from '../../support/compute.ts'
import { defaultModels, withoutDefaultModels } from '../../support/default-models.ts'
import { oddPhotos } from '../../support/odd-photos.ts'
import { bmp } from '../../support/photo-files.ts'
import { tinyDetector } from '../../support/tiny-detector.ts'

const compute = startCompute()
const folder = temporaryFolder()
const samples = resolve(import.meta.dirname, '../../../resources/sample/images')
const classroom = join(samples, 'room-a-morning.jpg')

function put(name: string, bytes: Uint8Array | string): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

interface Options {
  readonly detector: DetectorSource
  readonly files: readonly string[]
  readonly setting?: 'accurate' | 'fast'
  readonly embeddings?: string | null
  readonly signal?: AbortSignal
}

async function run({
  detector,
  files,
  setting = 'fast',
  embeddings = null,
  signal,
}: Options): Promise<DetectionMessage[]> {
  const photos = files.map((file) => ({ file }))
  const input = {
    detector,
    photos,
    setting,
    embeddings: embeddings === null ? null : { folder: embeddings },
    device: 'cpu' as const,
  }
  return Array.fromAsync(compute.detection.run(input, { signal }))
}

const scenesOf = (messages: readonly DetectionMessage[]) => messages.filter((message) => message.kind === 'scene')
const failuresOf = (messages: readonly DetectionMessage[]) =>
  messages.flatMap((message) =>
    message.kind === 'failed' ? [[message.index, message.error.code, message.error.message]] : [],
  )
const boxesOf = ({ boxes }: SceneDetection) =>
  Array.from({ length: boxes.length / 5 }, (_, index) => {
    const [x1, y1, x2, y2, score] = [...boxes.subarray(index * 5, index * 5 + 5)] as [
      number,
      number,
      number,
      number,
      number,
    ]
    return { x1, y1, x2, y2, score }
  })

describe('without Lectern’s files', () => {
  test('detecting names what is missing and the command that gets it', async () => {
    const error = await rejectedAppError(
      run({ detector: { kind: 'nanodet', folder: join(folder, 'none') }, files: [classroom] }),
    )
    expect(error.code).toBe('detector.files-missing')
    expect(error.message).toContain(join(folder, 'none', 'nanodet.json'))
    expect(error.message).toContain('node scripts/default-models.mjs')
  })

  test('other files of their names are refused before they are read', async () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'nanodet.json'), '{}')
    writeFileSync(join(other, 'nanodet.bin'), '')
    const error = await rejectedAppError(run({ detector: { kind: 'nanodet', folder: other }, files: [] }))
    expect(error.code).toBe('detector.files-changed')
    const embedding = Array.fromAsync(compute.detection.embed({ folder: other, scenes: [], device: 'cpu' }))
    expect((await rejectedAppError(embedding)).code).toBe('detector.files-changed')
  })
})

describe.skipIf(defaultModels === null)(`NanoDet${defaultModels === null ? ` (${withoutDefaultModels})` : ''}`, () => {
  const detector = { kind: 'nanodet', folder: defaultModels ?? '' } as const

  test('odd and broken photos fail or work by name, each alone', async () => {
    const jpeg = readFileSync(classroom)
    const huge = Buffer.from(bmp(2, 2, new Uint8ClampedArray(16)))
    huge.writeInt32LE(30_000, 18)
    huge.writeInt32LE(30_000, 22)
    const works = [
      put('cmyk.jpg', oddPhotos.cmykJpeg),
      put('deep.png', oddPhotos.deepPng),
      put('animated.webp', oddPhotos.animatedWebp),
      put('really a jpeg.png', jpeg),
    ]
    const fails: readonly [file: string, code: string, words: RegExp][] = [
      [put('empty.jpg', ''), 'photo.unreadable', /empty\.jpg cannot be read as a photo/],
      [put('cut.jpg', jpeg.subarray(0, jpeg.length / 2)), 'photo.unreadable', /cut\.jpg .*(ends early|damaged)/],
      [put('text.jpg', 'not a photo'), 'photo.unreadable', /it is no JPEG, PNG, WebP, AVIF, BMP or TIFF picture/],
      [put('animated.gif', oddPhotos.animatedGif), 'photo.unreadable', /animated\.gif .*it is no JPEG/],
      [put('huge.bmp', huge), 'photo.too-large', /huge\.bmp is 30000 × 30000 px/],
      [join(folder, 'gone.jpg'), 'photo.unreadable', /gone\.jpg .*not there/],
      [folder, 'photo.unreadable', /./],
    ]
    const messages = await run({ detector, files: [...fails.map(([file]) => file), ...works] })
    expect(messages[0]).toMatchObject({
      kind: 'start',
      provider: 'cpu',
      sha256: expect.stringMatching(/^5d0e4f8c/) as string,
      embeddingSha256: null,
    })
    expect(failuresOf(messages)).toEqual(
      fails.map(([, code, words], index) => [index, code, expect.stringMatching(words) as unknown]),
    )
    expect(scenesOf(messages).map(({ index, widthPx, heightPx }) => [index, widthPx, heightPx])).toEqual([
      [7, 16, 16],
      [8, 64, 48],
      [9, 64, 48],
      [10, ...(await sizeOf(classroom))],
    ])
    expect(messages.at(-1)).toMatchObject({ kind: 'end', scenes: works.length, failed: fails.length })
  })

  async function sizeOf(file: string): Promise<[number, number]> {
    const [facts] = (await Array.fromAsync(compute.photos.inspect({ files: [file] }))).flat()
    return [facts!.size!.widthPx, facts!.size!.heightPx]
  }

  test('no photos are no scenes', async () => {
    const messages = await run({ detector, files: [] })
    expect(messages.map(({ kind }) => kind)).toEqual(['start', 'end'])
    expect(messages[1]).toMatchObject({ scenes: 0, failed: 0, msPerScene: 0 })
  })

  test('a photo of one px has nobody in it', async () => {
    const [scene] = scenesOf(
      await run({
        detector,
        files: [put('px.bmp', bmp(1, 1, new Uint8ClampedArray(4)))],
        setting: 'accurate',
        embeddings: defaultModels,
      }),
    )
    expect(scene).toMatchObject({ widthPx: 1, heightPx: 1 })
    expect(scene!.embeddings).toHaveLength((scene!.boxes.length / 5) * 768)
  })

  test('boxes lie in the photo in seat order; their vectors are those of drawn boxes in the same places', async () => {
    const [scene] = scenesOf(await run({ detector, files: [classroom], embeddings: defaultModels }))
    const boxes = boxesOf(scene!)
    expect(seatOrder(boxes)).toEqual(boxes.map((_, index) => index))
    for (const { x1, y1, x2, y2, score } of boxes) {
      expect(x1 >= 0 && y1 >= 0 && x2 <= scene!.widthPx && y2 <= scene!.heightPx && x1 < x2 && y1 < y2).toBe(true)
      expect(score > 0.1 && score <= 1).toBe(true)
    }
    const drawn = [...boxes, { x1: 90, y1: 80, x2: 10, y2: 20 }, { x1: -50, y1: -50, x2: 1e6, y2: 1e6 }]
    const corners = Float64Array.from(drawn.flatMap(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]))
    const scenes = [
      { file: join(folder, 'gone.jpg'), boxes: corners },
      { file: classroom, boxes: corners },
      { file: classroom, boxes: Float64Array.of(1, 2, NaN, 4) },
    ]
    const messages: EmbeddingMessage[] = await Array.fromAsync(
      compute.detection.embed({ folder: detector.folder, scenes, device: 'cpu' }),
    )
    expect(messages.map((message) => (message.kind === 'failed' ? message.error.code : message.kind))).toEqual([
      'start',
      'photo.unreadable',
      'scene',
      'embedding.box-not-finite',
      'end',
    ])
    const answer = messages[2] as Extract<EmbeddingMessage, { kind: 'scene' }>
    expect(answer.vectors).toHaveLength(drawn.length * 768)
    expect(answer.vectors.every(Number.isFinite)).toBe(true)
    expect([...answer.vectors.subarray(0, boxes.length * 768)]).toEqual([...scene!.embeddings!])
  })

  test('corners that are no fours are refused', async () => {
    const scenes = [{ file: classroom, boxes: Float64Array.of(1, 2, 3) }]
    await expect(
      Array.fromAsync(compute.detection.embed({ folder: detector.folder, scenes, device: 'cpu' })),
    ).rejects.toThrow()
  })

  test('cancelled, it stops before the next photo and runs again', async () => {
    const stop = new AbortController()
    const photos = Array.from({ length: 200 }, () => ({ file: classroom }))
    const seen: string[] = []
    const input = { detector, photos, setting: 'fast', embeddings: null, device: 'cpu' } as const
    const work = (async () => {
      for await (const { kind } of compute.detection.run(input, { signal: stop.signal })) {
        seen.push(kind)
        if (kind === 'scene') stop.abort()
      }
    })()
    await work.catch(() => undefined)
    expect(seen.slice(0, 2)).toEqual(['start', 'scene'])
    expect(seen.length).toBeLessThan(5)
    expect(scenesOf(await run({ detector, files: [classroom] }))).toHaveLength(1)
  })
})

describe('a YOLO-style detector of the user’s own', () => {
  const cells = 84 // 64 × 64 px: 8 × 8 + 4 × 4 + 2 × 2
  const yolo = (file: string, card = {}): DetectorSource => ({ kind: 'yolo', file, card })
  /** YOLOv8's answer with one person: centre and size in the input, a score. */
  const person = (x: number, y: number, width: number, height: number, score: number, cell = 7) =>
    new Map([x, y, width, height, score].map((value, row) => [row * cells + cell, value]))
  const photo = put('photo.bmp', bmp(128, 64, new Uint8ClampedArray(128 * 64 * 4).fill(200)))

  test('finds its layout by itself and answers in px of the photo', async () => {
    const file = put('yolov8.onnx', tinyDetector({ output: [1, 5, cells], values: person(32, 32, 16, 8, 0.75) }))
    const messages = await run({ detector: yolo(file), files: [photo] })
    // The photo is half its size in the input, in the middle: 16 px of grey above it.
    expect(boxesOf(scenesOf(messages)[0]!)).toEqual([{ x1: 48, y1: 24, x2: 80, y2: 40, score: 0.75 }])
    expect(messages[0]).toMatchObject({
      kind: 'start',
      provider: 'cpu',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
  })

  test('YOLOX’s offsets are decoded; of two boxes of one person the better stays', async () => {
    const rows = new Map([
      // Cells 9 and 10 of stride 8 lie at (1, 1) and (2, 1); both say (16, 12) ± (8, 4).
      ...[1, 0.5, Math.log(2), 0, 1, 0.5].map((value, column) => [9 * 6 + column, value] as const),
      ...[0, 0.5, Math.log(2), 0, 1, 0.75].map((value, column) => [10 * 6 + column, value] as const),
    ])
    const file = put(
      'yolox.onnx',
      tinyDetector({ output: [1, cells, 6], values: rows, input: ['batch', 3, 'height', 'width'] }),
    )
    const card = { inputSize: { widthPx: 64, heightPx: 64 } }
    const [box, ...others] = boxesOf(scenesOf(await run({ detector: yolo(file, card), files: [photo] }))[0]!)
    expect(others).toEqual([])
    const expected = { x1: 16, y1: 16, x2: 48, y2: 32, score: 0.75 }
    for (const key of ['x1', 'y1', 'x2', 'y2', 'score'] as const) expect(box![key]).toBeCloseTo(expected[key], 3)
  })

  test.skipIf(defaultModels === null)(
    `its boxes get default vectors too${defaultModels === null ? ` (${withoutDefaultModels})` : ''}`,
    async () => {
      const file = put(
        'with vectors.onnx',
        tinyDetector({ output: [1, 5, cells], values: person(32, 32, 16, 8, 0.75) }),
      )
      const [scene] = scenesOf(await run({ detector: yolo(file), files: [photo], embeddings: defaultModels }))
      expect(scene!.embeddings).toHaveLength(768)
    },
  )

  test.each<[string, string, () => DetectorSource, RegExp]>([
    ['a file that is not there', 'exchange.file-missing', () => yolo(join(folder, 'gone.onnx')), /gone\.onnx/],
    ['text', 'onnx.malformed', () => yolo(put('text.onnx', 'hello')), /text\.onnx/],
    [
      'an answer of another shape',
      'detector.output-unexpected',
      () => yolo(put('shape.onnx', tinyDetector({ output: [1, 300, 6], values: new Map() }))),
      /\[1, 300, 6\].*\[1, 84, 5 \+ classes\]/,
    ],
    [
      'a layout that a card names wrongly',
      'detector.output-unexpected',
      () => yolo(put('wrong.onnx', tinyDetector({ output: [1, 5, cells], values: new Map() })), { layout: 'yolox' }),
      /\[1, 5, 84\]/,
    ],
    [
      'an input that is no picture',
      'detector.input-unexpected',
      () => yolo(put('input.onnx', tinyDetector({ input: [1, 64], output: [1, 5, cells], values: new Map() }))),
      /images: float32 \[1, 64\]/,
    ],
    [
      'a picture of bytes',
      'detector.input-unexpected',
      () => yolo(put('bytes.onnx', tinyDetector({ inputType: 'uint8', output: [1, 5, cells], values: new Map() }))),
      /images: uint8/,
    ],
    [
      'a size that contradicts the file',
      'detector.input-unexpected',
      () =>
        yolo(put('size.onnx', tinyDetector({ output: [1, 5, cells], values: new Map() })), {
          inputSize: { widthPx: 96, heightPx: 64 },
        }),
      /96 × 64/,
    ],
    [
      'sides that its grids do not divide',
      'detector.input-unexpected',
      () => yolo(put('odd.onnx', tinyDetector({ input: [1, 3, 50, 50], output: [1, 5, cells], values: new Map() }))),
      /multiples of 32/,
    ],
  ])('%s is refused by name before any photo', async (_, code, detector, words) => {
    const error = await rejectedAppError(run({ detector: detector(), files: [photo] }))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(words)
  })
})
