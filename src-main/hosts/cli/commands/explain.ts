import { resolve } from 'node:path'
import type { Explanation, Verdict } from '#shared/contract/scenes.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { runOption } from '../options.ts'
import { table } from '../output.ts'
import { findRun } from './evaluate.ts'
import { findStudent, studentOptions, type StudentName } from './find-student.ts'

interface ExplainOptions extends StudentName {
  readonly model?: string
}

/** What ids stand for. */
interface Names {
  readonly classOf: (index: number) => string
  readonly studentOf: (id: number) => string
}

export const explainCommand: Declaration = ({ command, run }) =>
  studentOptions(command('explain <project>', 'why a run said what it said of one student'))
    .addOption(runOption())
    .action(run(explain))

/** `explain <project> --scene <file name> --student <bbox_id> [--model <run>]`: why a run said what it said of one student. */
async function explain(context: CommandContext, project: string, options: ExplainOptions): Promise<void> {
  const { client, output, signal } = context
  const { classes } = await client.project.open({ folder: resolve(project) })
  const { detail, student } = await findStudent(context, options)
  const run = await findRun(context, options.model)
  const found = await client.scenes.explain({ studentId: student.id, runId: run.id }, { signal })
  const names: Names = {
    classOf: (index) => classes.find((one) => one.index === index)?.name ?? String(index),
    studentOf: (id) => detail.students.find((one) => one.id === id)?.bboxId ?? String(id),
  }
  const about = { scene: detail.scene.relativePath, student: student.bboxId, model: run.name }
  output.result({ ...about, ...explanationJson(found, names) }, [
    `${about.scene}, student ${about.student}, by ${about.model}: ${spoken(found.verdict, names)}`,
    ...explanationLines(found, names),
  ])
}

const verdictJson = ({ classIndex, probabilities }: Verdict, { classOf }: Names) => ({
  class: classOf(classIndex),
  class_index: classIndex,
  probabilities,
})

const explanationJson = (found: Explanation, names: Names) => ({
  ...verdictJson(found.verdict, names),
  learnt_from: found.learntFrom,
  scaled: found.scaled && {
    temperature: found.scaled.temperature,
    fitted_on: found.scaled.fittedOn,
    probabilities: found.scaled.probabilities,
  },
  gate: Object.fromEntries(found.gate.map(({ modality, weight }) => [modality, weight])),
  neighbours: found.neighbours.map(({ studentId, weight, without }) => ({
    student: names.studentOf(studentId),
    weight,
    without: verdictJson(without, names),
  })),
  modalities: found.modalities.map(({ modality, zeros, mean, meanOf }) => ({
    modality,
    zeros: verdictJson(zeros, names),
    mean: verdictJson(mean, names),
    mean_of: meanOf,
  })),
})

function explanationLines(found: Explanation, names: Names): string[] {
  const { verdict, scaled, gate, neighbours, modalities } = found
  const changed = (other: Verdict): string =>
    `${spoken(other, names)}${other.classIndex === verdict.classIndex ? '' : ', changed'}`
  return [
    ...(found.learntFrom
      ? ['this head learnt from the student, so it may say otherwise than the run, which shows what was said without']
      : []),
    ...(scaled
      ? [
          `at temperature ${scaled.temperature.toFixed(3)} (fitted on ${scaled.fittedOn}): ` +
            share(scaled.probabilities[verdict.classIndex] ?? 0),
        ]
      : []),
    ...(gate.length > 0
      ? ['', `gate: ${gate.map(({ modality, weight }) => `${modality} ${share(weight)}`).join(', ')}`]
      : []),
    '',
    ...table(
      ['changed', 'would say'],
      [
        ...modalities.flatMap(({ modality, zeros, mean, meanOf }) => [
          [`${modality}: zeros`, changed(zeros)],
          [`${modality}: mean of ${meanOf}`, changed(mean)],
        ]),
        ...neighbours.map(({ studentId, weight, without }) => [
          `without neighbour ${names.studentOf(studentId)} (weight ${share(weight)})`,
          changed(without),
        ]),
      ],
    ),
  ]
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`

const spoken = ({ classIndex, probabilities }: Verdict, { classOf }: Names): string =>
  `${classOf(classIndex)} ${share(probabilities[classIndex] ?? 0)}`
