import type { Device } from '#shared/contract/schemas.ts'
import type { Providers } from '../sessions/providers.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import type { ExtractionInput, ExtractionScene, MeasuredCosine, WeightsDescription } from './extraction-contract.ts'
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

export interface ExtractionOptions extends Pick<ExtractionInput, 'precision' | 'batch' | 'noise'> {
  readonly device: Device
}

/** A network ready for scenes. */
export interface SceneExtractor {
  readonly provider: string
  readonly reason: string
  /** Decodes a scene's photo; asked for one scene ahead of the run. Throws AppError `photo.*`. */
  prepare(scene: ExtractionScene): Promise<PreparedScene>
  /** Compares a coarser precision with float32 on a scene's students; null where there is nothing to compare. */
  measureCosine(scene: ExtractionScene): Promise<MeasuredCosine | null>
}

/** A scene's photo in memory. */
export interface PreparedScene {
  /** Runs the network batch by batch; calls `rest` before each, which throws when the work is cancelled. */
  run(rest: () => Promise<void>): Promise<SceneVectors>
  /** Vectors [n, width] under draw after draw of a seed's noise; left out by networks that draw no random numbers. */
  draws?(draws: NoiseDraws, rest: () => Promise<void>): AsyncIterable<Float32Array>
}

export interface NoiseDraws {
  readonly seed: number
  readonly draws: number
}

export interface SceneVectors {
  /** [n, width] */
  readonly vectors: Float32Array
  /** [n]: 1 where the box has no area on the photo. */
  readonly withoutArea: Uint8Array
}
