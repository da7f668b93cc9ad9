import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { WantedWeights, WeightsInfo } from '#shared/contract/extraction.ts'
import { useSession } from './session.ts'

/** Detectors and extractors that this installation knows, and which files RAFNet's whole extractor still lacks. */
export const useWeights = defineStore('weights', () => {
  const session = useSession()
  const list = shallowRef<readonly WeightsInfo[]>([])
  const wanted = shallowRef<readonly WantedWeights[]>([])
  const error = shallowRef<AppError | null>(null)
  let asked: Promise<void> | null = null

  const byId = (id: string | null | undefined) => list.value.find((one) => one.id === id)
  const detectors = computed(() => list.value.filter((one) => one.kind === 'detector'))
  const extractors = computed(() => list.value.filter((one) => one.kind !== 'detector'))
  /** The modality of Lectern's own vectors, a weak start. */
  const weakModality = computed(() => list.value.find((one) => one.builtIn && one.modality !== null)?.modality ?? null)

  /** Asks anew: a file may have come or gone since. */
  async function load(): Promise<void> {
    try {
      const { extraction } = session.api()
      const answers = await Promise.all([extraction.weights({}), extraction.wanted({})])
      list.value = answers[0]
      wanted.value = answers[1]
      error.value = null
    } catch (thrown) {
      error.value = toAppError(thrown)
    }
  }

  /** Asks once; whoever shows weights calls this first. */
  function ensure(): Promise<void> {
    return (asked ??= load().then(() => {
      if (error.value) asked = null
    }))
  }

  /** Keeps a file under a name. Throws why not. */
  async function add(file: string, name: string | null): Promise<WeightsInfo> {
    const added = await session.api().extraction.addWeights({ file, name })
    await load()
    return added
  }

  /** Forgets a file, which stays where it is. Throws why not. */
  async function remove(weightsId: string): Promise<void> {
    await session.api().extraction.removeWeights({ weightsId })
    await load()
  }

  return { list, wanted, error, byId, detectors, extractors, weakModality, load, ensure, add, remove }
})
