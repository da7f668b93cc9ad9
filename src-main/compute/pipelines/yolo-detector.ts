import { stat } from 'node:fs/promises'
import { decodeModel } from '#main/codecs/onnx/decode-model.ts'
import type { OnnxValueInfo } from '#main/codecs/onnx/model.ts'
import { hashFile } from '#main/exchange/files.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { Size } from '#shared/geometry/box.ts'
import { decodeYolo } from '../detection/decode-yolo.ts'
import type { Detector } from '../detection/detector.ts'
import { suppress } from '../detection/suppress.ts'
import { completeCard } from '../detection/yolo-card.ts'
import type { YoloCard, YoloDescription, YoloSettings } from '../detection/yolo-card.ts'
import { checkLayout, recogniseLayout } from '../detection/yolo-layout.ts'
import type { YoloAnswer } from '../detection/yolo-layout.ts'
import { letterboxInput, planLetterbox } from '../detection/yolo-letterbox.ts'
import { scaledPixels } from '../images/scaled-pixels.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import type { PooledSession, SessionPool } from '../sessions/session-pool.ts'
import { float32Tensor } from '../sessions/tensor.ts'
import { checkOnnxModel } from './check-onnx-model.ts'
import { withFileSource } from './file-source.ts'
import { runSession } from './run-session.ts'

export interface YoloSource {
  readonly file: string
  readonly card: YoloCard
}

/** Where a free input size is not named: what YOLO's families are trained on. */
const usualSidePx = 640
const coarsestStride = 32

/**
 * A YOLO-style detector of the user's own. It is run once on a grey picture, whose answer tells how its output is laid out.
 *
 * @throws AppError `onnx.*`, `exchange.file-*`, `detector.input-unexpected`, `detector.output-unexpected`,
 * `model.not-loadable`, `model.run-failed`, `inference.provider-unavailable`
 */
export async function openYoloDetector(
  sessions: SessionPool,
  { file, card: given }: YoloSource,
  device: Device,
): Promise<Detector> {
  const { sha256, provider, reason, input, card, answer } = await openYolo(sessions, { file, card: given }, device)
  const detect: Detector['detect'] = async (photo) => {
    const plan = planLetterbox(photo, input, card.place)
    const pixels = await scaledPixels(photo, plan.size.widthPx, plan.size.heightPx)
    const found = decodeYolo(await answer(letterboxInput(pixels, plan, card)), card, plan, photo, file)
    return suppress(found, { union: card.unionLimit, smaller: 1 })
  }
  return { sha256, provider, reason, detect }
}

/** What a YOLO-style `.onnx` file is, tried once on a grey picture on the CPU. Throws as `openYoloDetector` does. */
export async function describeYolo(sessions: SessionPool, source: YoloSource): Promise<YoloDescription> {
  const { sha256, input, card, output } = await openYolo(sessions, source, 'cpu')
  const { size: bytes } = await stat(source.file)
  return {
    family: 'yolo',
    layout: card.layout,
    sizes: { input: [input.heightPx, input.widthPx], output },
    sha256,
    bytes,
  }
}

interface OpenYolo extends Omit<PooledSession, 'session'> {
  readonly sha256: string
  readonly input: Size
  readonly card: YoloSettings
  /** Dimensions of its answer. */
  readonly output: readonly number[]
  readonly answer: (image: Float32Array) => Promise<YoloAnswer>
}

async function openYolo(sessions: SessionPool, { file, card: given }: YoloSource, device: Device): Promise<OpenYolo> {
  const sha256 = await hashFile(file)
  const { name, size: input } = imageInput(file, given)
  const { session, provider, reason } = await sessions.open(file, sha256, () => file, device)
  const answer = (image: Float32Array) => ask(file, session, name, image, input)
  const grey = await answer(new Float32Array(3 * input.widthPx * input.heightPx).fill(0.5))
  const layout = given.layout ?? recogniseLayout(grey, input, file)
  checkLayout(grey, layout, input, file)
  return { sha256, provider, reason, input, card: completeCard(given, layout), output: grey.dimensions, answer }
}

interface ImageInput {
  readonly name: string
  readonly size: Size
}

/** The model's only input: float32 [1, 3, h, w]. */
function imageInput(file: string, { inputSize }: YoloCard): ImageInput {
  const model = withFileSource(file, (bytes) => decodeModel(bytes.read(0, bytes.size), { file }))
  checkOnnxModel(model, file)
  const { graph } = model
  const weights = new Set(graph.initializers.map(({ name }) => name))
  const inputs = graph.inputs.filter(({ name }) => !weights.has(name))
  const [input] = inputs
  const [batch, channels, height, width] = input?.dimensions ?? []
  const isImage = input?.elementType === 'float32' && input.dimensions?.length === 4
  if (inputs.length !== 1 || !input || !isImage || !fits(batch, 1) || !fits(channels, 3))
    throw inputUnexpected(file, inputs)
  const side = (given: number | undefined, own: typeof width): number =>
    given ?? (typeof own === 'number' ? own : usualSidePx)
  const size = { widthPx: side(inputSize?.widthPx, width), heightPx: side(inputSize?.heightPx, height) }
  const contradicts = !fits(width, size.widthPx) || !fits(height, size.heightPx)
  if (contradicts || size.widthPx % coarsestStride !== 0 || size.heightPx % coarsestStride !== 0) {
    throw inputUnexpected(file, inputs, size)
  }
  return { name: input.name, size }
}

/** Free dimensions take any size. */
const fits = (dimension: number | string | null | undefined, size: number): boolean =>
  typeof dimension !== 'number' || dimension === size

function inputUnexpected(file: string, inputs: readonly OnnxValueInfo[], size?: Size): AppError {
  const found = inputs.map(({ name, elementType, dimensions }) => {
    return `${name}: ${elementType ?? 'unknown'} [${(dimensions ?? []).map((one) => one ?? '?').join(', ')}]`
  })
  const asked = size ? `; its card asks for ${size.widthPx} × ${size.heightPx} px` : ''
  return new AppError(
    'detector.input-unexpected',
    `${file} takes ${found.join('; ') || 'nothing'}${asked}. A detector takes one float32 picture [1, 3, height, width] whose sides are multiples of ${coarsestStride}: export it so, or correct "inputSize" in its card.`,
    { file, inputs: found },
  )
}

async function ask(
  file: string,
  session: ModelSession,
  name: string,
  image: Float32Array,
  { widthPx, heightPx }: Size,
): Promise<YoloAnswer> {
  const feeds = { [name]: float32Tensor(image, [1, 3, heightPx, widthPx]) }
  const results = await runSession(
    { file, session },
    feeds,
    'Name its input size in its card, or export it with a free one.',
  )
  // Exports with auxiliary outputs name the boxes first.
  const output = results.get(session.outputNames[0]!)
  if (output?.data instanceof Float32Array) return { values: output.data, dimensions: output.dimensions }
  throw new AppError(
    'detector.output-unexpected',
    `${file} answers with ${output?.type ?? 'nothing'} instead of float32 numbers. Export the detector again with float32 outputs.`,
    { file },
  )
}
