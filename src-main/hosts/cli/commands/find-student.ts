import type { Command } from 'commander'
import { AppError } from '#shared/contract/app-error.ts'
import type { SceneDetail, SceneRow, SceneStudent } from '#shared/contract/scenes.ts'
import type { CommandContext } from '../command.ts'

export interface StudentName {
  /** Photo, by file name or relative path. */
  readonly scene: string
  /** The student's id in that photo. */
  readonly student: string
}

export const studentOptions = (command: Command): Command =>
  command
    .requiredOption('--scene <file name>', 'photo, by file name or relative path')
    .requiredOption('--student <bbox_id>', "the student's id in that photo")

/** A student by photo and id, with the whole scene. Throws AppError `label.scene-unknown`, `label.scene-ambiguous`, `label.student-unknown`. */
export async function findStudent(
  context: CommandContext,
  { scene, student }: StudentName,
): Promise<{ readonly detail: SceneDetail; readonly student: SceneStudent }> {
  const { id } = await findScene(context, scene)
  const detail = await context.client.scenes.get({ sceneId: id })
  const { students } = detail
  const found = students.find((one) => one.bboxId === student)
  if (found) return { detail, student: found }
  const { relativePath } = detail.scene
  const known = students.slice(0, 5).map((one) => one.bboxId)
  const there = known.length === 0 ? 'no students at all' : `${students.length}, as ${known.join(', ')}`
  throw new AppError('label.student-unknown', `${relativePath} has no student "${student}". It has ${there}.`, {
    scene: relativePath,
    student,
  })
}

/** A scene by its relative path, else by its file name; a name that two photos share is refused with both paths. */
export async function findScene({ client }: CommandContext, text: string): Promise<SceneRow> {
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
