import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { detectStudents } from './detect.ts'
import { discardDetections } from './discard-detections.ts'
import { testWeights } from './test-weights.ts'
import { wantedWeights } from './wanted-weights.ts'
import type { WeightsRegistry } from './weights.ts'

/** The extraction service: detectors and extractors, and what they make of the project's photos. */
export function createExtraction(
  context: WorkbenchContext,
  weights: WeightsRegistry,
): Handlers<LecternContract>['extraction'] {
  return {
    weights: () => weights.list(),
    wanted: async () => wantedWeights(await weights.list()),
    inspectWeights: ({ file }) => weights.inspect(file),
    addWeights: ({ file, name }) => weights.add(file, name),
    removeWeights: async ({ weightsId }) => {
      await weights.remove(weightsId)
      return null
    },
    testWeights: async ({ weightsId, device }, { signal }) =>
      testWeights(context, await weights.usable(weightsId), device, signal),
    detect: async ({ weightsId, ...request }, { signal }) => {
      const project = context.project.require()
      const found = await weights.usable(weightsId)
      const work = { ...request, weights: found }
      return context.jobs.run('detect', found.name, (job) => detectStudents(context, project, work, job), { signal })
    },
    discardDetections: async ({ sceneIds }, { signal }) => {
      const at = context.clock().toISOString()
      const discarded = await discardDetections(context.project.require(), sceneIds, at, signal)
      context.changes.publish(['students', 'scenes', 'project'], discarded.sceneIds)
      return { students: discarded.students }
    },
  }
}
