import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readGraphModel } from '#main/codecs/tfjs/read-graph-model.ts'
import { hashFile } from '#main/exchange/files.ts'
import { buildNanodet, encodeNanodet } from '#main/onnx/detectors/nanodet/build-nanodet.ts'
import type { NanodetPart } from '#main/onnx/detectors/nanodet/build-nanodet.ts'
import { nanodetFiles } from '#main/onnx/detectors/nanodet/nanodet-files.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { DetectionPass } from '../detection/plan-passes.ts'
import { nanodetInput } from '../detection/nanodet-input.ts'
import type { UprightPhoto } from '../images/decode-photo.ts'
import { scaledPixels } from '../images/scaled-pixels.ts'
import type { PooledSession, SessionPool } from '../sessions/session-pool.ts'
import { float32Tensor } from '../sessions/tensor.ts'
import type { PlainTensor } from '../sessions/tensor.ts'
import { runSession } from './run-session.ts'

const fetchCommand = 'node scripts/default-models.mjs'

/** A part of NanoDet, ready to look at photos. */
export interface OpenNanodet extends Omit<PooledSession, 'session'> {
  /** Of the file of weights. */
  readonly sha256: string
  readonly look: (photo: UprightPhoto, pass: DetectionPass) => Promise<ReadonlyMap<string, PlainTensor>>
}

/**
 * NanoDet from the folder of its two files; its graph is built when no session of it is open.
 * @throws AppError `detector.files-missing`, `detector.files-changed`, `tfjs.*`, `detector.graph-unsupported`,
 * `inference.provider-unavailable`, `model.not-loadable`
 */
export async function openNanodet(
  sessions: SessionPool,
  folder: string,
  part: NanodetPart,
  device: Device,
): Promise<OpenNanodet> {
  const model = await knownFile(folder, nanodetFiles.model)
  const weights = await knownFile(folder, nanodetFiles.weights)
  const { sha256 } = nanodetFiles.weights
  const build = () => {
    const graph = readGraphModel({ file: model, model: readFileSync(model), shard: () => readFileSync(weights) })
    return encodeNanodet(buildNanodet(graph, part), sha256)
  }
  const { session, provider, reason } = await sessions.open(model, `nanodet ${part} ${sha256}`, build, device)
  const look = async (photo: UprightPhoto, pass: DetectionPass) => {
    const { widthPx, heightPx } = pass.paddedSize
    const pixels = await scaledPixels(photo, pass.size.widthPx, pass.size.heightPx)
    const image = float32Tensor(nanodetInput(pixels, pass), [1, 3, heightPx, widthPx])
    return runSession({ file: model, session }, { image }, 'Choose the device "cpu", or close other programs.')
  }
  return { sha256, provider, reason, look }
}

/** A file that must be the one that was measured. */
async function knownFile(folder: string, { name, sha256 }: { name: string; sha256: string }): Promise<string> {
  const file = join(folder, name)
  const facts = await stat(file).catch(() => null)
  if (!facts?.isFile()) {
    throw new AppError(
      'detector.files-missing',
      `Lectern's own detector was not fetched: ${file} is not there. Go online once and run "${fetchCommand}" in Lectern's folder, or choose a detector of your own.`,
      { file, command: fetchCommand },
    )
  }
  const found = await hashFile(file)
  if (found === sha256) return file
  throw new AppError(
    'detector.files-changed',
    `${file} is not the file that Lectern's detector was measured with (its sha256 starts with ${found.slice(0, 12)}, not ${sha256.slice(0, 12)}). Run "${fetchCommand}" in Lectern's folder, which fetches it again.`,
    { file, sha256: found, expected: sha256, command: fetchCommand },
  )
}
