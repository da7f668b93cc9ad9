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

  const ask = ({ sceneIds, ...order }: EmbedOrder, signal: AbortSignal): Promise<EmbedSummary> => {
    const { device } = settings.settings
    return session.api().extraction.embed({ ...order, sceneIds: sceneIds && [...sceneIds], device }, { signal })
  }
  const embedding = useRequest<EmbedOrder, EmbedSummary>(ask)
  /** Vectors that boxes lost, one modality after the other, as the others of their name were made. */
  const renewing = useRequest<readonly EmbedOrder[], readonly EmbedSummary[]>(async (orders, signal) => {
    const made: EmbedSummary[] = []
    for (const one of orders) made.push(await ask(one, signal))
    return made
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
  /** What RAFNet was last asked for: where it was stopped, it goes on with the same. */
  const chainOrder = ref<ExtractOrder | null>(null)
  const embedJob = computed(() => jobs.running.find((one) => one.kind === 'embed') ?? null)
  const chainJob = computed(() => jobs.running.find((one) => one.kind === 'extract') ?? null)

  async function embed(wanted: EmbedOrder): Promise<EmbedSummary | null> {
    if (embedding.busy.value) return null
    order.value = wanted
    return embedding.start(wanted)
  }

  async function extract(wanted: ExtractOrder): Promise<ExtractSummary | null> {
    if (extracting.busy.value) return null
    chainOrder.value = wanted
    return extracting.start(wanted)
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
      renewing.cancel()
      extracting.cancel()
      chainOrder.value = null
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
    renewing: renewing.busy,
    renewError: renewing.error,
    renew: renewing.start,
    chainOrder,
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
