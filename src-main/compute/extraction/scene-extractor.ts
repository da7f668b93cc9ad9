import type { Device } from '#shared/contract/schemas.ts'
import type { RgbaPixels } from '../images/resample/resize-region.ts'
import type { Providers } from '../sessions/providers.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import type { ExtractionNetwork, MeasuredCosine, SceneVectors, WeightsDescription } from './extraction-contract.ts'
import type { OpenWeights } from './open-weights.ts'

/** A file of weights that was recognised and checked. */
export interface RecognisedWeights {
  readonly description: WeightsDescription
  /** Opens its sessions on a device. Throws AppError `extraction.*`, `inference.*`, `model.not-loadable`. */
  readonly open: (parts: ExtractionParts, options: ExtractionOptions) => Promise<SceneExtractor>
}

/** One kind of network; null where the weights are none of it. Throws AppError `weights.*` where they almost are. */
export type RecogniseWeights = (weights: OpenWeights, facts: WeightsFacts) => RecognisedWeights | null

/** Of the file as a whole. */
export interface WeightsFacts {
  readonly sha256: string
  readonly bytes: number
}

export interface ExtractionParts {
  readonly providers: Providers
  readonly sessions: SessionPool
}

export interface ExtractionOptions extends Pick<ExtractionNetwork, 'precision' | 'noise'> {
  readonly device: Device
  /** Most students in one run. */
  readonly batch: number
}

/** A scene's decoded photo and who is looked at on it. */
export interface SceneOfPhoto {
  readonly pixels: RgbaPixels
  /** What the scene's noise is drawn by. */
  readonly name: string
  /** [n, 4] corners in px. */
  readonly boxes: Float64Array
}

/** A network ready for scenes. */
export interface SceneExtractor {
  readonly provider: string
  readonly reason: string
  /** Runs the network batch by batch; calls `rest` before each, which throws when the work is cancelled. */
  run(scene: SceneOfPhoto, rest: () => Promise<void>): Promise<SceneVectors>
  /** Vectors [n, width] under draw after draw of a seed's noise; left out by networks that draw no random numbers. */
  draws?(scene: SceneOfPhoto, draws: NoiseDraws, rest: () => Promise<void>): AsyncIterable<Float32Array>
  /** Compares a coarser precision with float32 on a scene's students; left out where there is nothing to compare. */
  measureCosine?(scene: SceneOfPhoto): Promise<MeasuredCosine | null>
}

export interface NoiseDraws {
  readonly seed: number
  readonly draws: number
}
