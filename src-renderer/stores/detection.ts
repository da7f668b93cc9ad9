import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { z } from 'zod'
import type { DetectSummary } from '#shared/contract/extraction.ts'
import { useRequest } from '../composables/use-request.ts'
import { useJobs } from './jobs.ts'
import { useProject } from './project.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'
import { useWeights } from './weights.ts'

const choiceSchema = z.object({
  weightsId: z.string().min(1).default('nanodet'),
  setting: z.enum(['accurate', 'fast']).default('accurate'),
  /** Whether this person was told once how often the detector errs. */
  isTold: z.boolean().default(false),
})
export type DetectionChoice = z.output<typeof choiceSchema>
const viewKey = 'detection'

/** Finding students: in all photos, or in the one that is shown. Both may be asked for from anywhere. */
export const useDetection = defineStore('detection', () => {
  const session = useSession()
  const settings = useSettings()
  const project = useProject()
  const jobs = useJobs()
  const weights = useWeights()

  const choice = computed<DetectionChoice>(() => {
    const stored = choiceSchema.safeParse(settings.settings.view[viewKey] ?? {})
    return stored.success ? stored.data : choiceSchema.parse({})
  })
  const choose = (change: Partial<DetectionChoice>) => settings.patchView(viewKey, { ...choice.value, ...change })
  /** The chosen detector, the built-in one where that was removed; undefined until weights are loaded. */
  const detector = computed(
    () => weights.detectors.find((one) => one.id === choice.value.weightsId) ?? weights.detectors[0],
  )

  async function detect(sceneIds: readonly number[] | null, replace: boolean, signal: AbortSignal) {
    const { device } = settings.settings
    const { setting } = choice.value
    await weights.ensure()
    const weightsId = detector.value?.id ?? 'nanodet'
    const input = { weightsId, setting, sceneIds: sceneIds && [...sceneIds], replace, device }
    return session.api().extraction.detect(input, { signal })
  }

  const all = useRequest<void, DetectSummary>((_nothing, signal) => detect(null, false, signal))
  /** Looks one photo over anew: boxes that nobody touched give way, all others stay. */
  const here = useRequest<number, DetectSummary>((sceneId, signal) => detect([sceneId], true, signal))
  const job = computed(() => jobs.running.find((one) => one.kind === 'detect') ?? null)

  async function findAll(): Promise<void> {
    if (!all.busy.value) await all.start()
  }

  /** Takes back detected boxes that nobody labelled or moved; null for every photo. Answers how many went. */
  async function discard(sceneIds: readonly number[] | null): Promise<number> {
    const { students } = await session.api().extraction.discardDetections({ sceneIds: sceneIds && [...sceneIds] })
    return students
  }

  function dismiss(): void {
    all.answer.value = null
    all.error.value = null
  }

  watch(
    () => project.summary?.folder,
    () => {
      all.cancel()
      here.cancel()
      dismiss()
    },
  )

  return {
    choice,
    choose,
    detector,
    job,
    busy: all.busy,
    found: all.answer,
    error: all.error,
    findAll,
    cancel: all.cancel,
    dismiss,
    busyHere: here.busy,
    errorHere: here.error,
    findHere: here.start,
    discard,
  }
})
