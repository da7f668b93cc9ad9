import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { ModelInfo, ProviderPanel, RunInfo } from '#shared/contract/models.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'

/** Whole scenes at once, or 128 consecutive rows as RAFNet's own evaluation forwards them. */
export type Batching = 'scene' | 'rafnet:128'

interface ChosenRuns {
  readonly a: number | null
  readonly b: number | null
}

/** Models and runs of the open project, the provider panel, and which runs are looked at (A) and compared with (B). */
export const useRuns = defineStore('runs', () => {
  const session = useSession()
  const project = useProject()
  const settings = useSettings()
  const notices = useNotices()
  const models = shallowRef<readonly ModelInfo[]>([])
  const runs = shallowRef<readonly RunInfo[]>([])
  const providers = shallowRef<ProviderPanel | null>(null)
  const probing = ref(false)
  /** Why the last probe failed: it stands where the panel would, and only somebody's wish tries again. */
  const probeError = shallowRef<AppError | null>(null)
  const loaded = ref(false)

  const chosen = computed<ChosenRuns>(() => readChosen(settings.settings.view[viewKey(project.summary?.folder)]))
  const newest = computed(() =>
    runs.value
      .filter((run) => !run.partial)
      .reduce<RunInfo | null>((best, run) => (best && best.id > run.id ? best : run), null),
  )
  const runA = computed(() => runs.value.find((run) => run.id === chosen.value.a) ?? newest.value)
  /** Somebody chose run A; otherwise it is the newest, whichever comes. */
  const isPinned = computed(() => runA.value !== null && runA.value.id === chosen.value.a)
  const runB = computed(() => runs.value.find((run) => run.id === chosen.value.b && run.id !== runA.value?.id) ?? null)

  function choose(change: Partial<ChosenRuns>): void {
    settings.patchView(viewKey(project.summary?.folder), { ...chosen.value, ...change })
  }

  async function load(): Promise<void> {
    if (!project.summary) {
      models.value = []
      runs.value = []
      return
    }
    const [allModels, allRuns] = await Promise.all([session.api().models.list({}), session.api().models.runs({})])
    models.value = allModels
    runs.value = [...allRuns].sort((one, other) => other.id - one.id)
    loaded.value = true
  }

  /** Asks what ONNX Runtime can run on here; slow the first time, since every provider is really tried. */
  async function probe(): Promise<void> {
    if (probing.value) return
    probing.value = true
    probeError.value = null
    try {
      providers.value = await session.api().models.providers({})
    } catch (error) {
      probeError.value = toAppError(error)
    } finally {
      probing.value = false
    }
  }

  /** The model to run next: that of this run, else the first that can run. */
  function modelOf(run: RunInfo | null): ModelInfo | undefined {
    const own = models.value.find((model) => model.id === run?.modelId)
    return own ?? models.value.find((model) => !isEnsemble(model))
  }
  /** What an ensemble's run mixes; null for the run of a model. */
  function ensembleOf(run: RunInfo | null): ModelInfo | null {
    return models.value.find((model) => model.id === run?.modelId && isEnsemble(model)) ?? null
  }

  /** Runs a model on every scene and looks at the run. Throws what the model failed with: who asked shows it in its place. */
  async function predict(modelId: number, batching: Batching = 'scene'): Promise<RunInfo> {
    const { device } = settings.settings
    const run = await session.api().models.predict({ modelId, sceneIds: null, device, batching })
    await load()
    choose({ a: run.id })
    return run
  }

  watch(
    () => [project.summary?.folder, project.revisions.models, project.revisions.runs],
    () => void notices.guard(load),
  )

  return {
    models,
    runs,
    providers,
    probing,
    probeError,
    loaded,
    runA,
    isPinned,
    runB,
    choose,
    load,
    modelOf,
    ensembleOf,
    probe,
    predict,
  }
})

/** An ensemble is kept as a model that mixes runs; its parameters are its members and their weights. */
export const isEnsemble = (model: ModelInfo): boolean => model.family === 'ensemble'

const viewKey = (folder: string | undefined) => `runs:${folder ?? ''}`

function readChosen(stored: unknown): ChosenRuns {
  const value = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>
  const idOf = (one: unknown) => (typeof one === 'number' && Number.isInteger(one) ? one : null)
  return { a: idOf(value['a']), b: idOf(value['b']) }
}
