import { basename } from 'node:path'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { JobContext, PhasedJobContext } from '../jobs/job-registry.ts'
import { runnableModel } from '../models/stored-model.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { detectStudents } from './detect.ts'
import { discardDetections } from './discard-detections.ts'
import { embedStudents } from './embed.ts'
import { extractAll } from './extract.ts'
import { studyNoise } from './noise-study.ts'
import { createTurns } from './take-turns.ts'
import { testWeights } from './test-weights.ts'
import { wantedWeights } from './wanted-weights.ts'
import type { WeightsRegistry } from './weights.ts'

/** The extraction service: detectors and extractors, and what they make of the project's photos. */
export function createExtraction(
  context: WorkbenchContext,
  weights: WeightsRegistry,
): Handlers<LecternContract>['extraction'] {
  const inTurn = createTurns()
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
      const run = (job: JobContext) => inTurn(job.signal, () => detectStudents(context, project, work, job))
      return context.jobs.run('detect', found.name, run, { signal })
    },
    embed: async ({ weightsId, sceneIds, device, ...how }, { signal }) => {
      const project = context.project.require()
      const found = await weights.usable(weightsId)
      const work = { networks: [{ ...how, weights: found }], sceneIds, device }
      const run = (job: JobContext) =>
        inTurn(job.signal, async () => (await embedStudents(context, project, work, job))[0]!)
      return context.jobs.run('embed', found.name, run, { signal })
    },
    extract: (request, { signal }) => {
      const project = context.project.require()
      const run = (job: PhasedJobContext) =>
        inTurn(job.signal, () => extractAll(context, project, weights, request, job))
      return context.jobs.run('extract', basename(project.folder), run, { signal })
    },
    noiseStudy: async ({ weightsId, modelId, ...request }, { signal }) => {
      const project = context.project.require()
      const model = runnableModel(project, modelId)
      const study = { ...request, model, weights: await weights.usable(weightsId) }
      const run = (job: JobContext) => inTurn(job.signal, () => studyNoise(context, project, study, job))
      return context.jobs.run('predict', `${model.row.name}, ${request.draws} × noise`, run, { signal })
    },
    discardDetections: async ({ sceneIds }, { signal }) => {
      const at = context.clock().toISOString()
      const discarded = await discardDetections(context.project.require(), sceneIds, at, signal)
      context.changes.publish(['students', 'scenes', 'project'], discarded.sceneIds)
      return { students: discarded.students }
    },
  }
}
