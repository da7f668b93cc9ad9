import { stat } from 'node:fs/promises'
import { hashFile } from '#main/exchange/files.ts'
import { buildYolox, isYolox } from '#main/onnx/detectors/yolox/build-yolox.ts'
import type { YoloxModel } from '#main/onnx/detectors/yolox/build-yolox.ts'
import { checkWeightValues } from '#main/onnx/extractors/check-weights.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { Detector } from '../detection/detector.ts'
import { clipped, yoloxBoxes } from '../detection/yolox-detect.ts'
import { yoloxSettings } from '../detection/yolox-card.ts'
import type { YoloxCard, YoloxDescription } from '../detection/yolox-card.ts'
import { countedNumbers } from '../extraction/counted-numbers.ts'
import { withWeights } from '../extraction/open-weights.ts'
import type { OpenWeights } from '../extraction/open-weights.ts'
import { pixelsOf } from '../images/photo-pixels.ts'
import type { SessionPool } from '../sessions/session-pool.ts'

export interface YoloxSource {
  readonly file: string
  readonly card: YoloxCard
}

/**
 * A YOLOX detector straight from its authors' checkpoint, such as ByteTrack's.
 *
 * @throws AppError `weights.*`, `checkpoint.*`, `pickle.*`, `zip.*`, `exchange.file-*`, `model.not-loadable`,
 * `inference.provider-unavailable`
 */
export async function openYoloxDetector(
  sessions: SessionPool,
  { file, card }: YoloxSource,
  device: Device,
): Promise<Detector> {
  const settings = yoloxSettings(card)
  const { widthPx, heightPx } = settings.input
  const sha256 = await hashFile(file)
  const build = () =>
    withWeights(file, (weights) => ({ graph: built(weights, card).bytes, weightsFolder: weights.folder }))
  const key = `yolox ${widthPx} × ${heightPx} ${sha256}`
  const { session, provider, reason } = await sessions.open(file, key, build, device)
  const detect: Detector['detect'] = async (photo) =>
    clipped(await yoloxBoxes({ file, session }, await pixelsOf(photo), settings), photo)
  return { sha256, provider, reason, colours: 'stored', detect }
}

/** What a YOLOX checkpoint is, every number that it needs checked. Throws as `openYoloxDetector` does. */
export async function describeYolox({ file, card }: YoloxSource): Promise<YoloxDescription> {
  const sha256 = await hashFile(file)
  const { size: bytes } = await stat(file)
  return withWeights(file, (weights) => {
    const { sizes, weights: used } = built(weights, card)
    return {
      family: 'yolox',
      sizes: { classes: [sizes.classes], widths: sizes.widths, depths: sizes.depths },
      settings: yoloxSettings(card),
      ...countedNumbers(used, weights.tensors),
      sha256,
      bytes,
    }
  })
}

function built({ file, tensors }: OpenWeights, card: YoloxCard): YoloxModel {
  if (!isYolox(tensors)) {
    const names = [...tensors.keys()]
    throw new AppError(
      'weights.unrecognised',
      `${file} holds ${names.length} tensors (${names.slice(0, 3).join(', ')}, …), which are not those of a YOLOX detector. Choose ByteTrack's bytetrack_x_mot17.pth.tar or another YOLOX checkpoint.`,
      { file, parameters: names.slice(0, 20) },
    )
  }
  const model = buildYolox(tensors, { file, input: yoloxSettings(card).input })
  const parameters = model.weights.map((name) => ({ name, shape: tensors.get(name)!.shape }))
  checkWeightValues({ title: 'YOLOX detector', parameters, isSpare: () => true }, tensors, file)
  return model
}
