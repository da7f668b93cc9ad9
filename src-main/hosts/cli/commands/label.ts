import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { SceneRow } from '#shared/contract/scenes.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { CommandContext } from '../command.ts'

export interface LabelOptions {
  readonly scene: string
  readonly student: string
  readonly class: string
  readonly annotator: string
}

/** `label <project> --scene <file name> --student <bbox_id> --class <name|index>`: one correction, undoable like any other. */
export async function label(context: CommandContext, project: string, options: LabelOptions): Promise<void> {
  const { client, output } = context
  const summary = await client.project.open({ folder: resolve(project) })
  const chosen = findClass(summary.classes, options.class)
  const scene = await findScene(context, options.scene)
  const { students } = await client.scenes.get({ sceneId: scene.id })
  const student = students.find((one) => one.bboxId === options.student)
  if (!student) {
    const known = students.slice(0, 5).map((one) => one.bboxId)
    const there = known.length === 0 ? 'no students at all' : `${students.length}, as ${known.join(', ')}`
    throw new AppError(
      'label.student-unknown',
      `${scene.relativePath} has no student "${options.student}". It has ${there}.`,
      { scene: scene.relativePath, student: options.student },
    )
  }
  const edit = { kind: 'label', studentId: student.id, classIndex: chosen.index, source: 'person' } as const
  await client.edits.apply({ edits: [edit], annotator: options.annotator })
  const from = summary.classes.find((one) => one.index === student.label?.classIndex)?.name ?? null
  output.result(
    { scene: scene.relativePath, student: student.bboxId, from, to: chosen.name, annotator: options.annotator },
    [`${scene.relativePath}, student ${student.bboxId}: ${from ?? 'no label'} → ${chosen.name}`],
  )
}

/** A class by its index or by its name, upper and lower case alike. */
export function findClass(classes: readonly BehaviourClass[], text: string): BehaviourClass {
  const wanted = text.trim().toLowerCase()
  const found = classes.find((one) => String(one.index) === wanted || one.name.toLowerCase() === wanted)
  if (found) return found
  const names = classes.map((one) => `${one.index} ${one.name}`).join(', ')
  throw new AppError('label.class-unknown', `There is no class "${text}". This project has ${names}.`, { class: text })
}

/** A scene by its relative path, else by its file name; a name that two photos share is refused with both paths. */
async function findScene({ client }: CommandContext, text: string): Promise<SceneRow> {
  const named: SceneRow[] = []
  for (let offset = 0; ; offset += 1000) {
    const { rows, total } = await client.scenes.list({ offset, limit: 1000 })
    const exact = rows.find((row) => row.relativePath === text)
    if (exact) return exact
    named.push(...rows.filter((row) => row.name === text))
    if (offset + 1000 >= total) break
  }
  if (named.length === 1) return named[0]!
  const paths = named.map((row) => row.relativePath)
  if (named.length === 0) throw new AppError('label.scene-unknown', `There is no scene "${text}".`, { scene: text })
  throw new AppError(
    'label.scene-ambiguous',
    `"${text}" names ${paths.length} photos: ${paths.join(', ')}. Name one by its relative path.`,
    { scene: text, paths },
  )
}
