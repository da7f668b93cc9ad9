import type { PredictMessage } from '#main/compute/protocol.ts'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'

type Models = ComputeClient['models']
type DescribeInput = Parameters<Models['describe']>[0]
type PredictInput = Parameters<Models['predict']>[0]

export interface FakeCompute {
  readonly client: ComputeClient
  /** What was asked, in order. */
  readonly predicted: PredictInput[]
  readonly described: DescribeInput[]
  readonly cropped: Parameters<ComputeClient['photos']['crop']>[0][]
  /** What the head says from now on. */
  logitsOf: NonNullable<FakeComputeOptions['logitsOf']>
}

export interface FakeComputeOptions {
  readonly classes?: number
  readonly modalities?: Awaited<ReturnType<Models['describe']>>['modalities']
  readonly gateModalities?: readonly string[]
  /** Logits of the student at a position of the input; by default class `row % classes` wins. */
  readonly logitsOf?: (position: number, input: PredictInput) => readonly number[]
  /** Called before each batch; throw or wait here. */
  readonly beforeBatch?: (first: number, signal: AbortSignal | undefined) => Promise<void> | void
  readonly batchSize?: number
}

const refuse = (name: string) => () => {
  throw new Error(`this test asks compute for ${name}, which its fake does not know`)
}

/** The compute process's port by hand: what a head would say is a function of the row. */
export function fakeCompute(options: FakeComputeOptions = {}): FakeCompute {
  const { classes = 5, gateModalities = [], batchSize = 100 } = options
  const modalities = options.modalities ?? [{ name: 'a', width: 2, role: 'feature' as const }]
  const predicted: PredictInput[] = []
  const described: DescribeInput[] = []
  const cropped: FakeCompute['cropped'] = []
  const byRow = (position: number, input: PredictInput): number[] => {
    const row = input.students.vectors[0]?.rows[position] ?? 0
    return Array.from({ length: classes }, (_, index) => (index === row % classes ? 2 : 0))
  }

  async function* predict(input: PredictInput, call?: { signal?: AbortSignal }): AsyncGenerator<PredictMessage> {
    predicted.push(input)
    yield { kind: 'start', provider: 'cpu', reason: 'It is a fake.', classes }
    const students = input.students.sceneOffsets.at(-1) ?? 0
    for (let first = 0; first < students; first += batchSize) {
      await options.beforeBatch?.(first, call?.signal)
      call?.signal?.throwIfAborted()
      const count = Math.min(batchSize, students - first)
      const logits = Float32Array.from(
        Array.from({ length: count }, (_, index) => fake.logitsOf(first + index, input)).flat(),
      )
      const gate = gateModalities.length > 0 ? new Float32Array(count * gateModalities.length).fill(0.5) : null
      yield { kind: 'batch', first, count, leftOut: [], logits, gate }
    }
    yield { kind: 'end', msPerStudent: 0.25 }
  }

  const client = {
    models: {
      describe: (input: DescribeInput) => {
        described.push(input)
        const description = { sha256: 'f00d'.repeat(16), family: 'multimodal_classifier', assumptions: [] }
        return Promise.resolve({ ...description, classes, modalities, gateModalities })
      },
      predict,
      neighbours: () => Promise.resolve(null),
      explain: refuse('models.explain'),
      export: refuse('models.export'),
      providers: () =>
        Promise.resolve({ chosen: 'cpu', reports: [], runtimeVersion: '0', warmUpRuns: 0, timedRuns: 0 }),
    },
    training: { run: refuse('training.run'), presets: refuse('training.presets') },
    features: {
      read: refuse('features.read'),
      readSplit: refuse('features.readSplit'),
      means: refuse('features.means'),
      write: refuse('features.write'),
    },
    photos: {
      inspect: refuse('photos.inspect'),
      thumbnail: refuse('photos.thumbnail'),
      crop: (input: FakeCompute['cropped'][number]) => {
        cropped.push(input)
        return Promise.resolve(Uint8Array.of(0xff, 0xd8, cropped.length))
      },
      annotate: refuse('photos.annotate'),
      transcode: () => Promise.resolve(null),
    },
  }
  const fake: FakeCompute = {
    client: client as unknown as ComputeClient,
    predicted,
    described,
    cropped,
    logitsOf: options.logitsOf ?? byRow,
  }
  return fake
}
