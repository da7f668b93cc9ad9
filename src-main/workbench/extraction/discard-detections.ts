import { allSceneIds } from '#main/store/tables/scene.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { discardBoxes } from './place-boxes.ts'
import { sceneState } from './scene-state.ts'

/** Takes back detected students that nobody labelled or moved. Returns how many went, and from which scenes. */
export async function discardDetections(
  { store }: OpenProject,
  chosen: readonly number[] | null,
  at: string,
  signal: AbortSignal,
): Promise<{ readonly students: number; readonly sceneIds: readonly number[] }> {
  const sceneIds: number[] = []
  let students = 0
  const discard = (sceneId: number): void => {
    const { untouched } = sceneState(store, sceneId, '', '')
    if (untouched.length === 0) return
    discardBoxes(store, sceneId, untouched, at)
    sceneIds.push(sceneId)
    students += untouched.length
  }
  await writeInSteps(store, chosen ?? allSceneIds(store), discard, { signal })
  return { students, sceneIds }
}
