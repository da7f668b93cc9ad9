import { AppError } from '#shared/contract/app-error.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { planTraining } from './plan-training.ts'
import { changesOf } from './recipe-request.ts'
import { runNameOf } from './run-name.ts'

type Parts = Pick<WorkbenchContext, 'compute' | 'trainings' | 'clock'>

/** Plans a training and puts it at the end of the queue. Throws the plan's problem. */
export async function enqueueTraining(
  { compute, trainings, clock }: Parts,
  project: OpenProject,
  order: TrainingInfo['order'],
  signal: AbortSignal,
): Promise<TrainingInfo> {
  const { recipe, data } = order
  const changes = changesOf(order)
  const { plan, description } = await planTraining({ project, compute, recipe, data, changes, signal })
  if (plan.problem !== null) throw AppError.from(plan.problem)
  if (description === null) throw new Error('a plan without a problem knows what it trains')
  const name = order.name ?? description.name
  const { train, val, test } = plan.splits
  return trainings.add(project, {
    name,
    runName: runNameOf(name),
    order,
    family: plan.family,
    modalities: plan.modalities,
    epochs: description.epochs,
    seeds: description.seeds,
    students: { train: train.students, val: val.students, test: test.students },
    findings: plan.findings,
    leakage: plan.leakage,
    createdAt: clock().toISOString(),
  })
}
