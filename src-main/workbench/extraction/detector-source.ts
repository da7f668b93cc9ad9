import type { WeightsInfo } from '#shared/contract/extraction.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { DetectorSource } from '#main/compute/protocol.ts'
import { nanodetId } from './built-in-weights.ts'

/** What compute is told of a detector. Throws AppError `weights.not-a-detector`. */
export function detectorSource(weights: WeightsInfo, folder: string): DetectorSource {
  const { id, name, kind, family, file } = weights
  if (kind !== 'detector' || file === null) {
    throw new AppError('weights.not-a-detector', `"${name}" makes vectors and finds no students. Choose a detector.`, {
      weightsId: id,
      kind,
    })
  }
  if (id === nanodetId) return { kind: 'nanodet', folder }
  return family === 'yolox' ? { kind: 'yolox', file, card: {} } : { kind: 'yolo', file, card: {} }
}
