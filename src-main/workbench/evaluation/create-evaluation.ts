import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { createTrainingMeans } from '../inference/training-means.ts'
import { knownRun } from '../models/run-info.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { annotatorAgreement } from './annotator-agreement.ts'
import { calibrateRun } from './calibrate-run.ts'
import { compareRuns } from './compare-runs.ts'
import { ensembleRuns } from './ensemble-runs.ts'
import { evaluateRun } from './evaluate-run.ts'
import { figureIntervals } from './figure-intervals.ts'
import { findCards } from './find-cards.ts'
import { gateStatistics } from './gate-statistics.ts'
import { modalityRemoval } from './modality-removal.ts'
import { readResultFolder } from './result-folder.ts'
import { severalRuns } from './several-runs.ts'

type EvaluationService = Handlers<LecternContract>['evaluation']
type Parts = Pick<WorkbenchContext, 'project' | 'compute' | 'jobs' | 'changes' | 'clock' | 'appVersion'>

/** The evaluation service: one run against the labels in force, and the students behind every figure. */
export function createEvaluation(parts: Parts): EvaluationService {
  const { project } = parts
  return {
    evaluate: ({ runId, sceneIds }) => evaluateRun(project.require().store, runId, sceneIds),
    intervals: ({ runId, sceneIds }, { signal }) => figureIntervals(project.require().store, runId, sceneIds, signal),
    calibration: ({ runId, sceneIds }, { signal }) => calibrateRun(project.require().store, runId, sceneIds, signal),
    compare: ({ runA, runB }, { signal }) => compareRuns(project.require().store, runA, runB, signal),
    gates: ({ runId, sceneIds }, { signal }) => gateStatistics(project.require().store, runId, sceneIds, signal),
    modalityRemoval: createRemoval(parts),
    several: ({ runIds }, { signal }) => severalRuns(project.require().store, runIds, signal),
    ensemble: createEnsemble(parts),
    resultFolder: ({ folder, out }, { signal }) => readResultFolder(folder, out, signal),
    agreement: ({ sceneIds }, { signal }) => annotatorAgreement(project.require().store, sceneIds, signal),
    students: (filter) => findCards(project.require().store, filter),
  }
}

/** Writes a run of its own, and may search for long, so it is a job. */
function createEnsemble({ project, jobs, changes, clock, appVersion }: Parts): EvaluationService['ensemble'] {
  return async (request, { signal }) => {
    const opened = project.require()
    const parts = { project: opened, appVersion, createdAt: clock().toISOString() }
    const subject = request.name ?? `ensemble of ${request.runIds.length}`
    const result = await jobs.run('predict', subject, (job) => ensembleRuns(parts, request, job), { signal })
    changes.publish(['models', 'runs'])
    return result
  }
}

/** Runs the model again and again, so it is a job. */
function createRemoval({ project, compute, jobs }: Parts): EvaluationService['modalityRemoval'] {
  const readMeans = createTrainingMeans(compute)
  return ({ runId, sceneIds }, { signal }) => {
    const opened = project.require()
    const { name } = knownRun(opened.store, runId)
    const parts = { project: opened, compute, readMeans }
    return jobs.run('predict', name, (job) => modalityRemoval(parts, runId, sceneIds, job), { signal })
  }
}
