import type { AppearanceExtractor } from '#main/onnx/extractors/extractor.ts'
import type { GraphOverWeights } from '../sessions/model-session.ts'
import { checkPrecision } from './check-precision.ts'
import { compareVectors } from './compare-vectors.ts'
import type { AppearanceDescription, Precision } from './extraction-contract.ts'
import { runCrops } from './run-crops.ts'
import type { ExtractionOptions, ExtractionParts, SceneExtractor, SceneOfPhoto } from './scene-extractor.ts'

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
  const measureCosine = async ({ pixels, boxes }: SceneOfPhoto) => {
    const exact = await open('float32')
    const sample = { pixels, boxes: boxes.subarray(0, comparedStudents * 4) }
    const run = { file, network, batch, rest: () => Promise.resolve() }
    const wanted = await runCrops({ ...run, session: exact.session }, sample)
    const found = await runCrops({ ...run, session }, sample)
    return compareVectors(found, wanted, description.width)
  }
  return {
    provider,
    reason,
    run: (scene, rest) => runCrops({ file, network, session, batch, rest }, scene),
    ...(precision === 'float32' ? {} : { measureCosine }),
  }
}
