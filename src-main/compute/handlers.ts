import { readFeaturePickle } from '#main/exchange/rafnet/read-feature-pickle.ts'
import { readSplitPickle } from '#main/exchange/rafnet/read-split-pickle.ts'
import { writeFeaturePickle } from '#main/exchange/rafnet/write-feature-pickle.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { extract } from './extraction/extract.ts'
import { extractDraws } from './extraction/extract-draws.ts'
import { createWeightsLoader } from './extraction/weights-loader.ts'
import { photoPixels } from './images/photo-pixels.ts'
import { createPhotoService } from './images/photo-service.ts'
import { explain } from './pipelines/explain.ts'
import { exportHead } from './pipelines/export-head.ts'
import { detect } from './pipelines/detect.ts'
import { embedBoxes } from './pipelines/embed-boxes.ts'
import { learn } from './pipelines/learn.ts'
import { describeDetector } from './pipelines/describe-detector.ts'
import { createModelLoader } from './pipelines/model-loader.ts'
import { neighbours } from './pipelines/neighbours.ts'
import { predict } from './pipelines/predict.ts'
import { createTrainingService } from './pipelines/training-service.ts'
import { vectorMeans } from './pipelines/vector-means.ts'
import { writePlain } from './pipelines/write-plain.ts'
import type { ComputeContract } from './protocol.ts'
import { createProviders } from './sessions/providers.ts'
import { createSessionPool } from './sessions/session-pool.ts'

export interface HandlerOptions {
  /** This program's entry, forked again for each probe of an execution provider. */
  readonly entry: string
}

/** The compute contract, wired: nothing native is loaded before it is used. */
export function createHandlers({ entry }: HandlerOptions): Handlers<ComputeContract> {
  const providers = createProviders(entry)
  const parts = { models: createModelLoader(), sessions: createSessionPool(providers) }
  const weights = createWeightsLoader()
  const extraction = { weights, providers, sessions: parts.sessions, decode: photoPixels }
  return {
    models: {
      describe: async (source) => (await parts.models.load(source, 'photo')).description,
      predict: (input, { signal }) => predict(parts, input, signal),
      neighbours: (input) => neighbours(parts, input),
      explain: (input) => explain(parts, input),
      export: (input, { signal }) => exportHead(input, signal),
      providers: () => providers.panel(),
    },
    training: createTrainingService(),
    learning: { learn: (input, { signal }) => learn(input, signal) },
    extraction: {
      describe: async ({ file }) => (await weights.load(file)).description,
      run: (input, { signal }) => extract(extraction, input, signal),
      draws: (input, { signal }) => extractDraws(extraction, input, signal),
    },
    features: {
      read: (input, { signal }) => readFeaturePickle(input, signal),
      readSplit: ({ file }, { signal }) => readSplitPickle(file, signal),
      means: (input, { signal }) => vectorMeans(input, signal),
      write: ({ plan, out }, { signal }) => writeFeaturePickle(plan, out, signal),
      writePlain: (input, { signal }) => writePlain(input, signal),
    },
    detection: {
      describe: (source) => describeDetector(parts.sessions, source),
      run: (input, { signal }) => detect(parts.sessions, input, signal),
      embed: (input, { signal }) => embedBoxes(parts.sessions, input, signal),
    },
    photos: createPhotoService(),
  }
}
