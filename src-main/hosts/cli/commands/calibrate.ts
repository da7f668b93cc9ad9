import { resolve } from 'node:path'
import type { Calibration, Reliability } from '#shared/contract/evaluation.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { runOption } from '../options.ts'
import { table } from '../output.ts'
import { assertMeasurable, findRun } from './evaluate.ts'

export const calibrateCommand: Declaration = ({ command, run }) =>
  command('calibrate <project>', "how far a run's confidences can be believed, and the temperature that mends them")
    .addOption(runOption())
    .action(run(calibrate))

/** `calibrate <project> [--model <name>]`: how far a run's confidences can be believed, and the temperature that mends them. */
async function calibrate(context: CommandContext, project: string, options: { model?: string }): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const run = await findRun(context, options.model)
  assertMeasurable(await client.evaluation.evaluate({ runId: run.id }))
  const figures = await client.evaluation.calibration({ runId: run.id }, { signal })
  output.result(calibrationJson(figures), calibrationLines(figures))
}

const calibrationJson = (figures: Calibration) => ({
  model: figures.model,
  students: figures.students,
  fitted_on: figures.fittedOn,
  fitted_students: figures.fittedStudents,
  temperature: figures.temperature,
  temperature_at_limit: figures.atLimit,
  as_predicted: reliabilityJson(figures.asPredicted),
  scaled: reliabilityJson(figures.scaled),
})

const reliabilityJson = ({ expectedCalibrationError, negativeLogLikelihood, bins }: Reliability) => ({
  ece: expectedCalibrationError,
  nll: negativeLogLikelihood,
  bins: bins.map(({ lower, upper, students, correct, meanConfidence, shareCorrect }) => ({
    lower,
    upper,
    students,
    correct,
    mean_confidence: meanConfidence,
    share_correct: shareCorrect,
  })),
})

const limits = {
  lowest: 'the lowest there is: this model is never wrong on these labels',
  highest: 'the highest there is: its confidence says nothing about these labels',
}

function calibrationLines(figures: Calibration): string[] {
  const { model, students, temperature, atLimit, asPredicted, scaled } = figures
  return [
    `${model}: ${students} students, temperature ${temperature.toFixed(4)}${atLimit ? ` (${limits[atLimit]})` : ''}`,
    '',
    ...table(
      ['', 'calibration error', 'negative log-likelihood'],
      [
        ['as predicted', asPredicted.expectedCalibrationError.toFixed(4), asPredicted.negativeLogLikelihood.toFixed(4)],
        ['scaled', scaled.expectedCalibrationError.toFixed(4), scaled.negativeLogLikelihood.toFixed(4)],
      ],
    ),
    '',
    ...binLines(asPredicted),
    '',
    figures.fittedOn === 'split val'
      ? `The temperature is fitted to the ${figures.fittedStudents} students of the split val and judged on the others.`
      : 'The temperature is fitted to the same labels that it is judged on.',
  ]
}

const binLines = ({ bins }: Reliability): string[] =>
  table(
    ['confidence', 'students', 'mean confidence', 'share correct'],
    bins
      .filter((bin) => bin.students > 0)
      .map(({ lower, upper, students, meanConfidence, shareCorrect }) => [
        `${lower.toFixed(3)} to ${upper.toFixed(3)}`,
        String(students),
        (meanConfidence ?? 0).toFixed(4),
        (shareCorrect ?? 0).toFixed(4),
      ]),
  )
