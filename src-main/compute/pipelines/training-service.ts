import { trainingPresets } from '#main/training/presets.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { ComputeContract } from '../protocol.ts'
import { baselinesOf, chosenBaselines } from '#main/training/baselines/baseline-list.ts'
import { describeRecipe } from './describe-recipe.ts'
import { examineSplits, modalitiesOfFile } from './examine-splits.ts'
import { findUnfit } from './find-unfit.ts'
import { fitBaselines } from './fit-baselines.ts'
import { prepareRun } from './prepare-run.ts'
import { splitScenes } from './split-scenes.ts'
import { createStopRequests } from './stop-requests.ts'
import { train } from './train.ts'
import { resolveRecipe } from './training-recipe.ts'

/** Everything about training in the compute process. */
export function createTrainingService(): Handlers<ComputeContract>['training'] {
  const stops = createStopRequests()
  return {
    run: async function* (input, { signal }) {
      const stop = stops.open(input.token)
      try {
        yield* train(input, signal, stop)
      } finally {
        stop.close()
      }
    },
    stop: ({ token }) => {
      stops.request(token)
      return null
    },
    presets: () => trainingPresets,
    describe: ({ request, students }) => describeRecipe(request, students),
    examine: ({ request }) => examineSplits(resolveRecipe(request)),
    findUnfit: ({ modalities, limitBytes }, { signal }) => findUnfit(modalities, limitBytes, signal),
    split: (request) => splitScenes(request),
    prepare: (input, { signal }) => prepareRun(input, signal),
    modalitiesOf: ({ file }) => modalitiesOfFile(file),
    baselinesOf: ({ modalities, names }) => chosenBaselines(baselinesOf(modalities), names),
    baselines: (input, { signal }) => fitBaselines(input, signal),
  }
}
