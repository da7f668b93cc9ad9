import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { EmbedSummary, ExtractSummary, Noise, NoiseStudy, Precision } from '#shared/contract/extraction.ts'
import { useRequest } from '../composables/use-request.ts'
import { useJobs } from './jobs.ts'
import { useProject } from './project.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'

export interface EmbedOrder {
  readonly weightsId: string
  readonly modality: string | null
  readonly noise: Noise
  readonly precision: Precision
  readonly replace: boolean
  readonly sceneIds: readonly number[] | null
}

export interface ExtractOrder {
  readonly detector: string | null
  readonly appearance: string | null
  readonly relation: string | null
  readonly noise: Noise
  readonly modelId: number | null
  readonly out: string | null
}

export interface StudyOrder {
  readonly weightsId: string
  readonly modelId: number
  readonly draws: number
}

/** Making features, RAFNet's whole chain, the study of noise. Each goes on when its place is left; the last outcome waits there. */
export const useExtraction = defineStore('extraction', () => {
  const session = useSession()
  const settings = useSettings()
  const project = useProject()
  const jobs = useJobs()

  const embedding = useRequest<EmbedOrder, EmbedSummary>(({ sceneIds, ...order }, signal) => {
    const { device } = settings.settings
    return session.api().extraction.embed({ ...order, sceneIds: sceneIds && [...sceneIds], device }, { signal })
  })
  const extracting = useRequest<ExtractOrder, ExtractSummary>((order, signal) => {
    const { device } = settings.settings
    return session.api().extraction.extract({ ...order, sceneIds: null, device }, { signal })
  })
  const study = useRequest<StudyOrder, NoiseStudy>((order, signal) => {
    const { device } = settings.settings
    return session.api().extraction.noiseStudy({ ...order, sceneIds: null, device }, { signal })
  })
  /** What the running embedding was asked for: its dialog shows it when it is opened again. */
  const order = ref<EmbedOrder | null>(null)
  const embedJob = computed(() => jobs.running.find((one) => one.kind === 'embed') ?? null)
  const chainJob = computed(() => jobs.running.find((one) => one.kind === 'extract') ?? null)

  async function embed(wanted: EmbedOrder): Promise<EmbedSummary | null> {
    if (embedding.busy.value) return null
    order.value = wanted
    return embedding.start(wanted)
  }

  async function extract(wanted: ExtractOrder): Promise<ExtractSummary | null> {
    return extracting.busy.value ? null : extracting.start(wanted)
  }

  function forgetEmbedding(): void {
    embedding.answer.value = null
    embedding.error.value = null
  }

  function forgetChain(): void {
    extracting.answer.value = null
    extracting.error.value = null
  }

  watch(
    () => project.summary?.folder,
    () => {
      embedding.cancel()
      extracting.cancel()
      study.cancel()
      study.answer.value = null
      study.error.value = null
      forgetEmbedding()
      forgetChain()
    },
  )

  return {
    order,
    embedJob,
    embedding: embedding.busy,
    embedded: embedding.answer,
    embedError: embedding.error,
    embed,
    stopEmbedding: embedding.cancel,
    forgetEmbedding,
    chainJob,
    extracting: extracting.busy,
    extracted: extracting.answer,
    extractError: extracting.error,
    extract,
    stopChain: extracting.cancel,
    forgetChain,
    studying: study.busy,
    studied: study.answer,
    studyError: study.error,
    studyNoise: study.start,
    stopStudy: study.cancel,
  }
})
