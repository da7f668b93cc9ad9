import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { LearningState, LearntModel } from '#shared/contract/learning.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { percent, table } from '../output.ts'

export const learnCommand: Declaration = ({ command, run }) =>
  command('learn <project>', 'learn a head from the corrections, and say how right it is on students held out').action(
    run(learn),
  )

/** `learn <project>`: learns a head from the corrections once, and says what it reaches on students that it did not learn from. */
async function learn({ client, output, signal }: CommandContext, project: string): Promise<void> {
  const { classes } = await client.project.open({ folder: resolve(project) })
  await client.learning.learnNow({}, { signal })
  const state = await learningState({ client, output, signal })
  const [newest] = state.models
  if (!newest)
    throw new AppError('learning.version-unknown', 'What was learnt is gone again. Run the command once more.')
  const { runId } = newest
  const run = (await client.models.runs({})).find(({ id }) => id === runId)
  const names = classes.map(({ name }) => name)
  output.result(learntJson(newest, state, run?.name ?? '', run?.students ?? 0), [
    `${run?.name ?? ''}, on ${newest.modality}${state.weakVectors ? ' (weak default vectors)' : ''}; ${run?.students ?? 0} students predicted.`,
    `${newest.scenes} photos: ${newest.classCounts.map((count, place) => `${names[place] ?? place} ${count}`).join(', ')}`,
    '',
    ...learntTable(newest),
    '',
    heldOutSentence(newest),
    ...comparison(newest),
  ])
}

/** The state as it is now: the first that the stream tells. */
async function learningState({ client, signal }: CommandContext): Promise<LearningState> {
  for await (const state of client.learning.watch({}, { signal })) return state
  throw new AppError('job.cancelled', 'The work was cancelled.')
}

const learntJson = (learnt: LearntModel, state: LearningState, run: string, predicted: number) => ({
  run,
  predicted,
  modality: learnt.modality,
  weak_vectors: state.weakVectors,
  corrected: learnt.students,
  imported: learnt.imported,
  scenes: learnt.scenes,
  class_counts: learnt.classCounts,
  held_out: learnt.heldOut,
  students: learnt.accuracy.total,
  correct: learnt.accuracy.count,
  accuracy: learnt.accuracy.percent,
  interval: learnt.accuracy.interval,
  macro_f1_no_null: learnt.macroF1NoNull,
  majority_accuracy: learnt.majorityAccuracy,
  scene_only_accuracy: learnt.sceneOnlyAccuracy,
  versions: state.models.length,
})

function learntTable({ accuracy, macroF1NoNull, majorityAccuracy, sceneOnlyAccuracy }: LearntModel): string[] {
  const [low, high] = accuracy.interval
  return table(
    ['held-out students', 'accuracy %', '95 %'],
    [
      ['learnt head', percent(accuracy.percent), `${low.toFixed(1)} to ${high.toFixed(1)}`],
      ['commonest class', percent(majorityAccuracy), ''],
      ['commonest class of the photo', percent(sceneOnlyAccuracy), ''],
      ['learnt head, macro F1 (no null)', percent(macroF1NoNull), ''],
    ],
  )
}

const heldOutSentence = ({ heldOut, accuracy }: LearntModel): string =>
  heldOut === 'scenes'
    ? `Judged on ${accuracy.total} students, each in a photo that nothing was learnt from; the guess by photo holds out students.`
    : `Judged on ${accuracy.total} students who were held out; others of their photos were not: label more photos, each with several classes, to know how it does on new ones.`

function comparison({ accuracy, majorityAccuracy, sceneOnlyAccuracy }: LearntModel): string[] {
  if (accuracy.percent > Math.max(majorityAccuracy, sceneOnlyAccuracy)) return []
  const what = accuracy.percent > majorityAccuracy ? 'the commonest class of the photo' : 'the commonest class'
  return [`It is no better than always naming ${what}: label more students, or give it better features.`]
}
