import { basename, parse } from 'node:path'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { ProviderPanel } from '#shared/contract/models.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { listModels } from '#main/store/tables/model.ts'
import { listRuns } from '#main/store/tables/run.ts'
import { predictRun } from '../inference/predict-run.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { addModel, inspectModel } from './add-model.ts'
import { addRunFolder } from './add-run-folder.ts'
import { exportHead } from './export-head.ts'
import { removeModel } from './remove-model.ts'
import { knownRun, listPredictions, toRunInfo } from './run-info.ts'
import { runnableModel, toModelInfo, toStoredModel } from './stored-model.ts'

type Parts = Pick<WorkbenchContext, 'project' | 'compute' | 'changes' | 'jobs' | 'clock' | 'appVersion'>
type ModelsService = Handlers<LecternContract>['models']

/** The models service: what is loaded, from which file, and its runs. */
export function createModels(parts: Parts): ModelsService {
  const { project, compute, changes, clock } = parts
  return {
    list: () => {
      const opened = project.require()
      return listModels(opened.store).map((row) => toModelInfo(toStoredModel(opened, row)))
    },
    inspect: async (choice) => {
      const { file, description } = await inspectModel(project.get(), compute, choice)
      const { sha256, family, classes, modalities, assumptions } = description
      return { name: parse(file).name, file, sha256, family, classes, modalities, assumptions }
    },
    add: async (choice) => {
      const model = await addModel(project.require(), compute, choice, clock().toISOString())
      changes.publish(['models'])
      return toModelInfo(model)
    },
    addRunFolder: async ({ folder }) => {
      const models = await addRunFolder(project.require(), compute, folder, clock().toISOString())
      changes.publish(['models'])
      return models.map(toModelInfo)
    },
    exportHead: (request, { signal }) => {
      const opened = project.require()
      const write = (job: JobContext) =>
        exportHead(opened, compute, request, { version: parts.appVersion, signal: job.signal })
      return parts.jobs.run('export', basename(request.out), write, { signal })
    },
    remove: async ({ modelId }) => {
      await removeModel(project.require(), modelId)
      changes.publish(['models', 'runs'])
      return null
    },
    runs: () => listRuns(project.require().store).map(toRunInfo),
    predict: createPredict(parts),
    predictions: ({ runId }) => listPredictions(project.require().store, runId),
    providers: createProviders(parts),
  }
}

function createPredict({ project, compute, changes, jobs, clock, appVersion }: Parts): ModelsService['predict'] {
  return async ({ modelId, sceneIds, name, device, batching }, { signal }) => {
    const opened = project.require()
    const model = runnableModel(opened, modelId)
    const run = {
      project: opened,
      compute,
      model,
      sceneIds,
      name: name ?? model.row.name,
      device,
      batching,
      appVersion,
      createdAt: clock().toISOString(),
    }
    const runId = await jobs.run('predict', run.name, (job) => predictRun(run, job), { signal })
    changes.publish(['runs'])
    return toRunInfo(knownRun(opened.store, runId))
  }
}

/** What can run does not change in one sitting: the probes run once, and again only where they failed. */
function createProviders({ compute, jobs }: Parts): ModelsService['providers'] {
  let known: Promise<ProviderPanel> | null = null
  return () => {
    known ??= jobs.run('probe', 'execution providers', (job) => compute.models.providers({}, { signal: job.signal }))
    known.catch(() => {
      known = null
    })
    return known
  }
}
