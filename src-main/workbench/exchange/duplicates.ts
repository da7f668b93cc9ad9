import { AppError } from '#shared/contract/app-error.ts'
import type { DuplicateGroup, DuplicateReport } from '#shared/contract/exchange.ts'
import {
  isScenePristine,
  listLeftOutPhotos,
  putLeftOutPhoto,
  removePristineScene,
} from '#main/store/tables/left-out-photo.ts'
import { listSceneLooks } from '#main/store/tables/photo-look.ts'
import type { SceneLook } from '#main/store/tables/photo-look.ts'
import type { Store } from '#main/store/store.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { createBreath } from './breath.ts'
import { photosCompared } from './duplicates-compare.ts'
import { groupLooks } from './duplicates-groups.ts'
import type { LookMember } from './duplicates-groups.ts'

/** Two shots of one camera are no copies of each other, however alike they look. */
const differInTime = (one: SceneLook, other: SceneLook): boolean =>
  one.cameraTime !== null && other.cameraTime !== null && one.cameraTime !== other.cameraTime

/**
 * Scenes of one content, and scenes that look like altered copies, after looking at the photos that are new. Where that is cancelled the
 * answer is made of what was seen until then. Throws AppError `project.none-open`.
 */
export async function findDuplicates(context: WorkbenchContext, signal: AbortSignal): Promise<DuplicateReport> {
  const project = context.project.require()
  const { store } = project
  await photosCompared(context, project, signal)
  const scenes = listSceneLooks(store)
  const breath = createBreath(signal)
  const groups: DuplicateGroup[] = []
  for (const members of await groupLooks(scenes, differInTime, breath)) {
    groups.push(groupOf(store, members))
    await breath()
  }
  return {
    groups: groups.sort(byLikeness),
    compared: scenes.filter(({ bits }) => bits !== null).length,
    notCompared: scenes.filter(({ bits }) => bits === null).map(({ relativePath }) => relativePath),
    leftOut: listLeftOutPhotos(store).map(({ relativePath }) => relativePath),
  }
}

function groupOf(store: Store, members: readonly LookMember[]): DuplicateGroup {
  return {
    kind: new Set(members.map(({ scene }) => scene.contentHash)).size === 1 ? 'exact' : 'near',
    scenes: members.map(({ scene: { sceneId, name, relativePath, widthPx, heightPx }, distance }) => {
      return { sceneId, name, relativePath, widthPx, heightPx, distance, removable: isScenePristine(store, sceneId) }
    }),
  }
}

const farthest = ({ scenes }: DuplicateGroup): number => Math.max(...scenes.map(({ distance }) => distance))
const byLikeness = (one: DuplicateGroup, other: DuplicateGroup): number =>
  Number(one.kind === 'near') - Number(other.kind === 'near') || farthest(one) - farthest(other)

/**
 * Scenes that must not lie on two sides of a split, each with the number of its group: the same content, or all but the same look, the
 * next moment of one lesson included. Scenes that stand alone are in none. Of look only photos that were looked at are known (see
 * `photosCompared`).
 */
export async function sceneGroups(store: Store, signal?: AbortSignal): Promise<ReadonlyMap<number, number>> {
  const groups = await groupLooks(listSceneLooks(store), () => false, createBreath(signal))
  return new Map(groups.flatMap((members, group) => members.map(({ scene }) => [scene.sceneId, group] as const)))
}

/**
 * Takes scenes out of the project; their photos stay where they are and scans pass them by. Throws AppError `exchange.scene-unknown`, and
 * `exchange.scene-has-work` where a person or an import has put something into one: then none is taken out.
 */
export function leaveOut({ project, changes, clock }: WorkbenchContext, sceneIds: readonly number[]): number {
  const { store } = project.require()
  const looks = new Map(listSceneLooks(store).map((scene) => [scene.sceneId, scene]))
  const scenes = [...new Set(sceneIds)].map((sceneId) => {
    const scene = looks.get(sceneId)
    if (scene) return scene
    throw new AppError('exchange.scene-unknown', `There is no scene ${sceneId} with a photo in this project.`, {
      sceneId,
    })
  })
  store.transaction(() => {
    const worked = scenes.find(({ sceneId }) => !isScenePristine(store, sceneId))
    if (worked) {
      throw new AppError(
        'exchange.scene-has-work',
        `${worked.relativePath} holds labels, boxes or imported students and stays in the project. Leave its copy out instead.`,
        { scene: worked.relativePath },
      )
    }
    for (const { sceneId, relativePath, contentHash } of scenes) {
      removePristineScene(store, sceneId)
      putLeftOutPhoto(store, { relativePath, contentHash }, clock().toISOString())
    }
  })
  changes.publish(['project', 'scenes', 'students', 'runs'])
  return scenes.length
}
