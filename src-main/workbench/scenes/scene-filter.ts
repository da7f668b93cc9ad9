import { AppError } from '#shared/contract/app-error.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { chineseClassNames } from '#shared/domain/chinese-class-names.ts'
import type { SqlValue } from '#main/store/store.ts'
import type { SqlCondition, StudentConditions } from '#main/store/tables/scene-list.ts'
import { needsRun, type SceneQuery, type StudentQuery } from './parse-scene-query.ts'

/** What the scene itself must be: conditions on the columns of `scene`. */
export function sceneConditions(query: SceneQuery): SqlCondition[] {
  const conditions: SqlCondition[] = query.texts.map((text) => ({
    sql: `scene.relative_path LIKE ? ESCAPE '\\'`,
    parameters: [`%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`],
  }))
  const add = (sql: string, ...parameters: SqlValue[]) => conditions.push({ sql, parameters })
  if (query.room !== null) add('scene.room = ? COLLATE NOCASE', query.room)
  if (query.split !== null) add('scene.split = ? COLLATE NOCASE', query.split)
  if (query.review !== null) add('scene.review = ?', query.review)
  if (query.photo !== null) add('scene.has_photo = ?', query.photo === 'present' ? 1 : 0)
  return conditions
}

/**
 * What one student of the scene must be: conditions on `student`, its `label` in force and its `prediction`. Throws AppError
 * `scenes.query-needs-run` or `scenes.class-unknown`.
 */
export function studentConditions(
  query: StudentQuery,
  classes: readonly BehaviourClass[],
  runId: number | null,
): StudentConditions {
  if (runId === null && needsRun(query)) {
    throw new AppError(
      'scenes.query-needs-run',
      'This search asks for predictions, but no run is chosen. Run a model first, or choose one of its runs.',
    )
  }
  const conditions: SqlCondition[] = query.confidences.map(({ comparison, value }) => ({
    sql: `prediction.confidence ${comparison} ?`,
    parameters: [value],
  }))
  const add = (sql: string, ...parameters: SqlValue[]) => conditions.push({ sql, parameters })
  if (query.outcome === 'wrong') add('prediction.class_index <> label.class_index')
  if (query.outcome === 'correct') add('prediction.class_index = label.class_index')
  if (query.labelled !== null) add(`student.label_id IS ${query.labelled === 'labelled' ? 'NOT ' : ''}NULL`)
  if (query.className !== null) {
    const indices = classesNamed(query.className, classes)
    // A student without a label is what its prediction says.
    add(`coalesce(label.class_index, prediction.class_index) IN (${indices.map(() => '?').join(', ')})`, ...indices)
  }
  return { conditions, needsLabel: query.outcome !== null, needsPrediction: needsRun(query) }
}

/** Classes by index, letter, or part of the name as it is stored or shown in Chinese, in this order of precedence. */
function classesNamed(text: string, classes: readonly BehaviourClass[]): number[] {
  const wanted = text.toLowerCase()
  const exact = classes.filter((one) => String(one.index) === wanted || one.letter.toLowerCase() === wanted)
  const isNamed = ({ name }: BehaviourClass): boolean =>
    name.toLowerCase().includes(wanted) ||
    (Object.hasOwn(chineseClassNames, name) && chineseClassNames[name]!.includes(wanted))
  const found = exact.length > 0 ? exact : classes.filter(isNamed)
  if (found.length > 0) return found.map((one) => one.index)
  const names = classes.map((one) => one.name).join(', ')
  throw new AppError('scenes.class-unknown', `No class is called "${text}". The classes are ${names}.`, { class: text })
}
