import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import { mediaPath } from '#shared/contract/contract.ts'
import type { SceneDetail } from '#shared/contract/scenes.ts'
import { predictionOf } from '../../canvas/show-students.ts'
import { useLearning } from '../../stores/learning.ts'
import { useProject } from '../../stores/project.ts'
import { useReview } from '../../stores/review.ts'
import { useRuns } from '../../stores/runs.ts'
import { createSceneCache } from '../../stores/scene-cache.ts'
import { useSession } from '../../stores/session.ts'

const keptImages = 12
const scenesAhead = 3
const cropsAhead = 9

/** The photo and the classmates of the student that is reviewed, with those of the next ones already on their way. */
export function useReviewScene() {
  const session = useSession()
  const project = useProject()
  const runs = useRuns()
  const review = useReview()
  const learning = useLearning()
  const detail = shallowRef<SceneDetail | null>(null)
  const error = shallowRef<AppError | null>(null)

  const run = computed(() => runs.runs.find((one) => one.id === review.current?.runId) ?? null)
  /** The newest run of another model: what it says stands beside where models disagree. Versions of what was learnt are one model. */
  const otherRun = computed(() => {
    const versions = new Set(learning.models.map((one) => one.runId))
    const shown = run.value
    if (!shown) return null
    const differs = (id: number, modelId: number) =>
      modelId !== shown.modelId && !(versions.has(id) && versions.has(shown.id))
    return runs.runs.find((one) => !one.partial && differs(one.id, one.modelId)) ?? null
  })
  const runIds = computed(() => [run.value?.id, otherRun.value?.id].filter((one) => one !== undefined))
  const student = computed(() => detail.value?.students.find((one) => one.id === review.current?.studentId) ?? null)
  const prediction = computed(() => (student.value ? predictionOf(student.value, run.value?.id ?? null) : undefined))
  const otherPrediction = computed(() =>
    student.value ? predictionOf(student.value, otherRun.value?.id ?? null) : undefined,
  )

  const cache = createSceneCache({
    ask: (sceneId) => session.api().scenes.get({ sceneId, runIds: runIds.value }),
    onLoaded: () => undefined,
    isShown: (sceneId) => sceneId === review.current?.sceneId,
  })

  async function show(): Promise<void> {
    const sceneId = review.current?.sceneId
    if (sceneId === undefined) return
    const known = cache.get(sceneId)
    if (known) detail.value = known
    else if (detail.value?.scene.id !== sceneId) detail.value = null
    try {
      const loaded = known ?? (await cache.load(sceneId))
      if (review.current?.sceneId !== sceneId) return
      detail.value = loaded
      error.value = null
      lookAhead()
    } catch (thrown) {
      if (review.current?.sceneId === sceneId) error.value = toAppError(thrown)
    }
  }

  const images = new Map<string, HTMLImageElement>()
  const photoOf = (sceneId: number) => session.mediaUrl(mediaPath.photo(sceneId))
  const cropOf = (studentId: number) => session.mediaUrl(mediaPath.crop(studentId, project.revisions.students))

  function fetchImage(address: string): void {
    const image = images.get(address) ?? new Image()
    images.delete(address)
    images.set(address, image)
    if (!image.src) image.src = address
    for (const oldest of images.keys()) {
      if (images.size <= keptImages) break
      images.delete(oldest)
    }
  }

  function lookAhead(): void {
    const next = review.upcoming.slice(0, cropsAhead)
    const sceneIds = [...new Set(next.map((one) => one.sceneId))].filter((id) => id !== review.current?.sceneId)
    cache.preload(sceneIds.slice(0, scenesAhead))
    for (const id of sceneIds.slice(0, scenesAhead)) fetchImage(photoOf(id))
    for (const one of next) fetchImage(cropOf(one.studentId))
  }

  watch(() => review.current?.sceneId, show, { immediate: true })
  watch(
    () => runIds.value.join(),
    () => {
      cache.forget(null)
      void show()
    },
  )
  watch(
    () => project.lastChange,
    (change) => {
      if (!change?.topics.some((topic) => topic !== 'models')) return
      cache.forget(change.sceneIds)
      void show()
    },
  )
  watch(
    () =>
      review.upcoming
        .slice(0, cropsAhead)
        .map((one) => one.studentId)
        .join(),
    lookAhead,
  )
  onScopeDispose(() => images.clear())

  return { detail, error, student, run, otherRun, prediction, otherPrediction, photoOf, cropOf, retry: show }
}
