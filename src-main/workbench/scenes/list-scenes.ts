import { setImmediate } from 'node:timers/promises'
import type { SceneRow } from '#shared/contract/scenes.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import {
  countScenes,
  pageOfScenes,
  sceneRows,
  scenesWithStudents,
  sceneStart,
  type SqlCondition,
  type StudentConditions,
} from '#main/store/tables/scene-list.ts'
import { asksForStudents, parseSceneQuery } from './parse-scene-query.ts'
import { sceneConditions, studentConditions } from './scene-filter.ts'

export interface SceneListInput {
  readonly query: string
  readonly runId: number | null
  readonly offset: number
  readonly limit: number
}

/** Scenes looked at in one go when students decide: a few milliseconds, whatever is found. */
const scenesAtOnce = 200

/** One page of the scenes that the query asks for. Throws what the query's parser and filter throw. */
export async function listScenes(
  store: Store,
  input: SceneListInput,
): Promise<{ readonly total: number; readonly rows: readonly SceneRow[] }> {
  const { runId, offset, limit } = input
  const query = parseSceneQuery(input.query)
  const scenes = sceneConditions(query)
  const asksWho = asksForStudents(query.students)
  if (!asksWho && !query.bare) {
    const ids = pageOfScenes(store, scenes, { offset, limit })
    return { total: countScenes(store, scenes), rows: sceneRows(store, ids, runId) }
  }
  const students = asksWho ? studentConditions(query.students, listClasses(store), runId) : anybody
  // Where nobody is marked, nobody meets a condition either.
  const ids = asksWho && query.bare ? [] : await findScenes(store, scenes, students, runId, !query.bare)
  return { total: ids.length, rows: sceneRows(store, ids.slice(offset, offset + limit), runId) }
}

const anybody: StudentConditions = { conditions: [], needsLabel: false, needsPrediction: false }

/** Scenes where a student that meets the conditions is, or is not, `wanted`. */
async function findScenes(
  store: Store,
  scenes: readonly SqlCondition[],
  students: StudentConditions,
  runId: number | null,
  wanted: boolean,
): Promise<number[]> {
  const ids: number[] = []
  let cursor = sceneStart
  for (;;) {
    const looked = scenesWithStudents(store, scenes, students, runId, cursor, scenesAtOnce)
    for (const { id, found } of looked) if (found === wanted) ids.push(id)
    const last = looked.at(-1)
    if (!last || looked.length < scenesAtOnce) return ids
    cursor = last
    await setImmediate()
  }
}
