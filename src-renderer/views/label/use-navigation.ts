import { onMounted, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useEdits } from '../../stores/edits.ts'
import { useLabelScene } from '../../stores/label-scene.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { useSceneList } from '../../stores/scene-list.ts'
import type { Workspace } from './workspace.ts'

/** Which scene is shown: the address says it, the view remembers it, keys walk the list, an undone step leads to its place. */
export function useNavigation({ view, camera, canvas }: Workspace) {
  const route = useRoute()
  const router = useRouter()
  const scene = useLabelScene()
  const list = useSceneList()
  const project = useProject()
  const edits = useEdits()
  const notices = useNotices()

  function show(sceneId: number, studentIds: readonly number[] = []): Promise<void> {
    const opening = scene.open(sceneId, studentIds)
    const folder = project.summary?.folder
    if (folder !== undefined && view.value.lastScenes[folder] !== sceneId) {
      view.value = { ...view.value, lastScenes: { ...view.value.lastScenes, [folder]: sceneId } }
    }
    if (route.name === 'label' && route.params['sceneId'] !== String(sceneId)) {
      void router.replace({ name: 'label', params: { sceneId } })
    }
    void notices.guard(() => list.locate(sceneId))
    return opening
  }

  let walking = Promise.resolve()

  /** Presses are answered in their order: two quick ones go two scenes on. */
  function walk(by: 1 | -1, unreviewed = false): Promise<void> {
    walking = walking.then(async () => {
      const row = await notices.guard(() => list.neighbour(scene.sceneId, by, unreviewed))
      if (row) await show(row.id)
    })
    return walking
  }

  /** The first scene to show: the address, the one shown before, the one of last time, the first of the list. */
  async function begin(): Promise<void> {
    await list.ensure(0, 0)
    const folder = project.summary?.folder ?? ''
    const studentId = Number(route.query['student']) || null
    for (const id of [
      Number(route.params['sceneId']),
      scene.sceneId,
      view.value.lastScenes[folder],
      list.rowAt(0)?.id,
    ]) {
      if (!id) continue
      await show(id, studentId === null ? (id === scene.sceneId ? scene.selection : []) : [studentId])
      if (scene.error?.code !== 'scenes.unknown') break
    }
    revealSelected()
  }

  function revealSelected(): void {
    if (scene.primary) camera.reveal(scene.primary.box)
  }

  onMounted(() => void begin())
  watch(
    () => [route.params['sceneId'], route.query['student']],
    async ([sceneId, student]) => {
      if (route.name !== 'label' || !Number(sceneId)) return
      if (Number(sceneId) === scene.sceneId && !student) return
      await show(Number(sceneId), Number(student) ? [Number(student)] : [])
      revealSelected()
    },
  )
  watch(
    () => scene.sceneId === null && list.rowAt(0)?.id,
    (first) => {
      if (typeof first === 'number' && route.name === 'label' && !route.params['sceneId']) void show(first)
    },
  )
  watch(
    () => edits.lastEvent,
    async (event) => {
      if (!event || event.how === 'apply') return
      const sceneId = event.step.sceneIds[0]
      if (sceneId === undefined) return
      scene.forget(event.step.sceneIds)
      await show(sceneId, event.step.studentIds)
      revealSelected()
      canvas.value?.flash(event.step.studentIds)
    },
  )

  return { show, walk }
}
