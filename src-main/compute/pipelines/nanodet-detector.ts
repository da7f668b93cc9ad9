import { clipBox } from '#shared/geometry/box.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { decodeNanodet, nanodetStrides } from '../detection/decode-nanodet.ts'
import type { Detector } from '../detection/detector.ts'
import { mergePasses } from '../detection/merge-passes.ts'
import { detectionSettings, planPasses } from '../detection/plan-passes.ts'
import type { DetectionSetting } from '../detection/plan-passes.ts'
import type { ScoredBox } from '../detection/scored-box.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import { openNanodet } from './open-nanodet.ts'

export interface NanodetOptions {
  readonly folder: string
  readonly setting: DetectionSetting
  readonly device: Device
  /** Multiplies the sizes of all passes; see `planPasses`. 1 where left out. */
  readonly scale?: number
}

/** Lectern's own detector: NanoDet over the whole photo in several sizes. Throws as `openNanodet` does. */
export async function openNanodetDetector(
  sessions: SessionPool,
  { folder, setting, device, scale = 1 }: NanodetOptions,
): Promise<Detector> {
  const { sha256, provider, reason, look } = await openNanodet(sessions, folder, 'heads', device)
  const detect: Detector['detect'] = async (photo, signal) => {
    const found: ScoredBox[][] = []
    for (const pass of planPasses(photo, setting, scale)) {
      signal.throwIfAborted()
      const results = await look(photo, pass)
      const heads = nanodetStrides.map((stride) => {
        return { stride, values: results.get(`head_${stride}`)!.data as Float32Array }
      })
      found.push(decodeNanodet(heads, pass, photo))
    }
    const persons = mergePasses(found, detectionSettings[setting].leastScore)
    // Means of corners at the photo's edge may lie a rounding error beyond it.
    return persons.flatMap(({ score, ...box }) => {
      const inside = clipBox(box, photo)
      return inside ? [{ ...inside, score }] : []
    })
  }
  return { sha256, provider, reason, detect }
}
