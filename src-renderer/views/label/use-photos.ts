import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { mediaPath } from '#shared/contract/contract.ts'
import { createPhotoShelf, type Photo } from '../../canvas/photo-shelf.ts'
import { useLabelScene } from '../../stores/label-scene.ts'
import { useProject } from '../../stores/project.ts'
import { useSceneList } from '../../stores/scene-list.ts'
import { useSession } from '../../stores/session.ts'

const keptPhotos = 7
const noPhoto: Photo = { state: 'ready', levels: [] }

/** The photo of the shown scene, with its neighbours in the list loaded ahead. */
export function usePhotos() {
  const session = useSession()
  const project = useProject()
  const scene = useLabelScene()
  const list = useSceneList()
  const changes = shallowRef(0)
  const shelf = createPhotoShelf(keptPhotos, () => (changes.value += 1))
  const addressOf = (sceneId: number) => session.mediaUrl(mediaPath.photo(sceneId))

  const photo = computed<Photo>(() => {
    void changes.value
    if (!scene.scene?.hasPhoto) return noPhoto
    return shelf.take(addressOf(scene.scene.id))
  })

  function retry(): void {
    if (scene.scene) shelf.drop(addressOf(scene.scene.id))
    changes.value += 1
  }

  function preloadNeighbours(): void {
    if (scene.sceneId === null) return
    const place = list.placeOf(scene.sceneId)
    if (place < 0) return
    const rows = [1, -1, 2].flatMap((by) => list.rowAt(place + by) ?? [])
    scene.preload(rows.map((row) => row.id))
    shelf.preload(rows.filter((row) => row.hasPhoto).map((row) => addressOf(row.id)))
  }

  let waiting: ReturnType<typeof setTimeout> | undefined
  watch(
    () => [photo.value.state, scene.scene?.id, list.rows],
    () => {
      clearTimeout(waiting)
      // The shown photo first, then those that may come.
      if (photo.value.state !== 'loading' && scene.scene) waiting = setTimeout(preloadNeighbours, 30)
    },
    { immediate: true },
  )
  watch(
    () => [project.summary?.photoRoot, project.summary?.folder],
    () => {
      shelf.clear()
      changes.value += 1
    },
  )
  onScopeDispose(() => {
    clearTimeout(waiting)
    shelf.clear()
  })
  return { photo, retry }
}
