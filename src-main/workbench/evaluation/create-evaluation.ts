import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { annotatorAgreement } from './annotator-agreement.ts'
import { calibrateRun } from './calibrate-run.ts'
import { compareRuns } from './compare-runs.ts'
import { evaluateRun } from './evaluate-run.ts'
import { figureIntervals } from './figure-intervals.ts'
import { findCards } from './find-cards.ts'

/** The evaluation service: one run against the labels in force, and the students behind every figure. */
export const createEvaluation = ({
  project,
}: Pick<WorkbenchContext, 'project'>): Handlers<LecternContract>['evaluation'] => ({
  evaluate: ({ runId, sceneIds }) => evaluateRun(project.require().store, runId, sceneIds),
  intervals: ({ runId, sceneIds }, { signal }) => figureIntervals(project.require().store, runId, sceneIds, signal),
  calibration: ({ runId, sceneIds }, { signal }) => calibrateRun(project.require().store, runId, sceneIds, signal),
  compare: ({ runA, runB }, { signal }) => compareRuns(project.require().store, runA, runB, signal),
  agreement: ({ sceneIds }, { signal }) => annotatorAgreement(project.require().store, sceneIds, signal),
  students: (filter) => findCards(project.require().store, filter),
})
