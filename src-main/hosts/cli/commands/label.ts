import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { findStudent, studentOptions, type StudentName } from './find-student.ts'

interface LabelOptions extends StudentName {
  readonly class: string
  readonly annotator: string
}

export const labelCommand: Declaration = ({ command, run }) =>
  studentOptions(command('label <project>', 'correct one student'))
    .requiredOption('--class <name|index>', 'behaviour class')
    .option('--annotator <name>', 'who says so', 'me')
    .action(run(label))

/** `label <project> --scene <file name> --student <bbox_id> --class <name|index>`: one correction, undoable like any other. */
async function label(context: CommandContext, project: string, options: LabelOptions): Promise<void> {
  const { client, output } = context
  const summary = await client.project.open({ folder: resolve(project) })
  const chosen = findClass(summary.classes, options.class)
  const { detail, student } = await findStudent(context, options)
  const edit = { kind: 'label', studentId: student.id, classIndex: chosen.index, source: 'person' } as const
  await client.edits.apply({ edits: [edit], annotator: options.annotator })
  const from = summary.classes.find((one) => one.index === student.label?.classIndex)?.name ?? null
  const { relativePath } = detail.scene
  output.result({ scene: relativePath, student: student.bboxId, from, to: chosen.name, annotator: options.annotator }, [
    `${relativePath}, student ${student.bboxId}: ${from ?? 'no label'} → ${chosen.name}`,
  ])
}

/** A class by its index or by its name, upper and lower case alike. */
function findClass(classes: readonly BehaviourClass[], text: string): BehaviourClass {
  const wanted = text.trim().toLowerCase()
  const found = classes.find((one) => String(one.index) === wanted || one.name.toLowerCase() === wanted)
  if (found) return found
  const names = classes.map((one) => `${one.index} ${one.name}`).join(', ')
  throw new AppError('label.class-unknown', `There is no class "${text}". This project has ${names}.`, { class: text })
}
