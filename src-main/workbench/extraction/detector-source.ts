import { AppError } from '#shared/contract/app-error.ts'
import { yoloxCardOf, type DetectorSource } from '#main/compute/protocol.ts'
import { nanodetId } from './built-in-weights.ts'
import type { UsableWeights } from './weights.ts'

/** What compute is told of a detector. Throws AppError `weights.not-a-detector`. */
export function detectorSource(weights: UsableWeights, folder: string): DetectorSource {
  const { id, name, kind, family, file, detector } = weights
  if (kind !== 'detector' || file === null) {
    throw new AppError('weights.not-a-detector', `"${name}" makes vectors and finds no students. Choose a detector.`, {
      weightsId: id,
      kind,
    })
  }
  if (id === nanodetId) return { kind: 'nanodet', folder }
  return family === 'yolox'
    ? { kind: 'yolox', file, card: yoloxCardOf(detector) }
    : { kind: 'yolo', file, card: detector }
}
