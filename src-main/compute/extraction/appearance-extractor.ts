import type { AppearanceExtractor } from '#main/onnx/extractors/extractor.ts'
import { photoPixels } from '../images/photo-pixels.ts'
import type { GraphOverWeights } from '../sessions/model-session.ts'
import { checkPrecision } from './check-precision.ts'
import { compareVectors } from './compare-vectors.ts'
import type { AppearanceDescription, ExtractionScene, Precision } from './extraction-contract.ts'
import { runCrops } from './run-crops.ts'
import type { ExtractionOptions, ExtractionParts, SceneExtractor } from './scene-extractor.ts'

/** An appearance network in a user's file. */
export interface AppearanceWeights {
  readonly file: string
  readonly network: AppearanceExtractor
  readonly description: AppearanceDescription
  model(precision: Precision): GraphOverWeights
}

/** Students on which a coarser precision is compared with float32. */
const comparedStudents = 16

/** Opens the network's session. Throws AppError `extraction.precision-unsupported`, `inference.*`, `model.not-loadable`. */
export async function openAppearance(
  weights: AppearanceWeights,
  { providers, sessions }: ExtractionParts,
  { device, precision, batch }: ExtractionOptions,
): Promise<SceneExtractor> {
  const { file, network, description } = weights
  checkPrecision(description, precision, (await providers.choose(device)).provider, file)
  const open = (wanted: Precision) =>
    sessions.open(file, `${description.sha256} ${wanted}`, () => weights.model(wanted), device)
  const { session, provider, reason } = await open(precision)
  const firstStudents = async ({ file: photo, boxes }: ExtractionScene) => ({
    pixels: await photoPixels(photo),
    boxes: boxes.subarray(0, comparedStudents * 4),
  })
  return {
    provider,
    reason,
    prepare: async (scene) => {
      const pixels = await photoPixels(scene.file)
      return { run: (rest) => runCrops({ file, network, session, batch, rest }, { pixels, boxes: scene.boxes }) }
    },
    measureCosine: async (scene) => {
      if (precision === 'float32') return null
      const [exact, sample] = [await open('float32'), await firstStudents(scene)]
      const run = { file, network, batch, rest: () => Promise.resolve() }
      const wanted = await runCrops({ ...run, session: exact.session }, sample)
      const found = await runCrops({ ...run, session }, sample)
      return compareVectors(found, wanted, description.width)
    },
  }
}
