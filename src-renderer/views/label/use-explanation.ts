import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { Explanation } from '#shared/contract/scenes.ts'
import { useExplanations } from '../../stores/explanations.ts'

/** A walk over students is faster than this: whoever it passes is not explained. */
const restMs = 150

export interface ExplainedStudent {
  readonly runId: number
  readonly studentId: number
}

/**
 * The explanation of the student that is looked at, once the walk rests on him; null `wanted` asks for nothing. Moving on cancels
 * what is under way. A change in the project leaves the last explanation of the same student standing until the new one is there.
 */
export function useExplanation(wanted: Ref<ExplainedStudent | null>) {
  const explanations = useExplanations()
  const explanation = shallowRef<Explanation | null>(null)
  const failure = shallowRef<AppError | null>(null)
  const loading = ref(false)
  let timer: ReturnType<typeof setTimeout> | null = null
  let current = new AbortController()

  function stop(): void {
    if (timer) clearTimeout(timer)
    timer = null
    current.abort()
    loading.value = false
  }

  async function load({ runId, studentId }: ExplainedStudent): Promise<void> {
    const mine = (current = new AbortController())
    try {
      const answer = await explanations.ask(runId, studentId, mine.signal)
      if (mine.signal.aborted) return
      explanation.value = answer
    } catch (thrown) {
      if (mine.signal.aborted) return
      failure.value = toAppError(thrown)
    }
    loading.value = false
  }

  function look(): void {
    stop()
    failure.value = null
    const one = wanted.value
    if (explanation.value?.studentId !== one?.studentId || explanation.value?.runId !== one?.runId) {
      explanation.value = null
    }
    if (!one || explanations.stopped.has(one.runId)) return
    const known = explanations.known(one.runId, one.studentId)
    if (known) {
      explanation.value = known
      return
    }
    loading.value = true
    timer = setTimeout(() => void load(one), restMs)
  }

  watch(
    [() => wanted.value?.runId, () => wanted.value?.studentId, () => explanations.revision, () => explanations.stopped],
    look,
    { immediate: true },
  )
  onScopeDispose(stop)

  const error = computed(() => explanations.stopped.get(wanted.value?.runId ?? 0) ?? failure.value)
  function retry(): void {
    const one = wanted.value
    if (!one) return
    if (explanations.stopped.has(one.runId)) explanations.resume(one.runId)
    else look()
  }
  return { explanation, error, loading, retry }
}
