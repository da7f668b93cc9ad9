import type { LecternContract } from '#shared/contract/contract.ts'
import type { PlacePreview, PlaceRules, PlacesPreview, PlacesState } from '#shared/contract/exchange.ts'
import { parsePlacePattern } from '#shared/domain/place-pattern.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { suggestPatterns } from '#main/exchange/photos/suggest-patterns.ts'
import { listScenePlaces, setScenePlace } from '#main/store/tables/scene-place.ts'
import type { ScenePlace } from '#main/store/tables/scene-place.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { describeProblem, givenPlace, placeGiver, projectRules, setProjectRules } from './places-rules.ts'

const rowsShown = 200

type Places = Pick<Handlers<LecternContract>['exchange'], 'places' | 'previewPlaces' | 'applyPlaces' | 'clearPlaces'>

/** Room and time of scenes, read from the paths of their photos by a pattern that the project keeps. */
export function createPlaces({ project, changes }: Pick<WorkbenchContext, 'project' | 'changes'>): Places {
  /** Gives every scene what `give` says, null meaning what it had before any pattern; answers with the scenes that changed. */
  async function giveAll(give: (scene: ScenePlace) => ReturnType<typeof givenPlace>): Promise<number> {
    const { store } = project.require()
    const changed = listScenePlaces(store).filter((scene) => isChange(scene, give(scene)))
    await writeInSteps(store, changed, (scene) => setScenePlace(store, scene, give(scene)))
    if (changed.length > 0) {
      changes.publish(
        ['project', 'scenes'],
        changed.map(({ sceneId }) => sceneId),
      )
    }
    return changed.length
  }

  return {
    places: () => stateOf(project.require()),
    previewPlaces: (rules) => preview(listScenePlaces(project.require().store), rules),
    applyPlaces: async (rules) => {
      const { store } = project.require()
      const giver = placeGiver(rules)
      const matched = listScenePlaces(store).filter((scene) => giver.pattern.match(scene.relativePath) !== null).length
      setProjectRules(store, rules)
      return { matched, changed: await giveAll((scene) => givenPlace(giver, scene)) }
    },
    clearPlaces: async () => {
      setProjectRules(project.require().store, null)
      return { changed: await giveAll(() => null) }
    },
  }
}

function stateOf({ store }: ReturnType<WorkbenchContext['project']['require']>): PlacesState {
  return {
    pattern: projectRules(store),
    suggestions: suggestPatterns(listScenePlaces(store).map(({ relativePath }) => relativePath)),
  }
}

function isChange(scene: ScenePlace, given: ReturnType<typeof givenPlace>): boolean {
  const { room, takenAt } = given ?? scene
  return room !== scene.shownRoom || takenAt !== scene.shownTime
}

function preview(scenes: readonly ScenePlace[], rules: PlaceRules): PlacesPreview {
  const parsed = parsePlacePattern(rules.pattern)
  if (!parsed.ok) {
    const { problem } = parsed
    const rows = scenes.slice(0, rowsShown).map((scene) => previewRow(scene, null, false))
    return {
      problem: { ...problem, message: describeProblem(problem, rules.pattern) },
      scenes: scenes.length,
      matched: 0,
      changed: 0,
      rows,
    }
  }
  const giver = { rules, pattern: parsed.pattern }
  const all = scenes.map((scene) => {
    const matches = parsed.pattern.match(scene.relativePath) !== null
    return previewRow(scene, givenPlace(giver, scene), matches)
  })
  return {
    problem: null,
    scenes: scenes.length,
    matched: all.filter(({ matches }) => matches).length,
    changed: all.filter(({ changesRoom, changesTime }) => changesRoom || changesTime).length,
    rows: all.slice(0, rowsShown),
  }
}

function previewRow(scene: ScenePlace, given: ReturnType<typeof givenPlace>, matches: boolean): PlacePreview {
  const { sceneId, relativePath, shownRoom, shownTime } = scene
  const { room, takenAt } = given ?? scene
  return {
    sceneId,
    relativePath,
    matches,
    room,
    takenAt,
    changesRoom: room !== shownRoom,
    changesTime: takenAt !== shownTime,
  }
}
