import { computed, ref, watch, type Ref } from 'vue'
import type { TrainingPlan } from '#shared/contract/training.ts'
import { useLatest } from '../../composables/use-latest.ts'
import { useProject } from '../../stores/project.ts'
import { useSession } from '../../stores/session.ts'
import type { PlanInput } from './training-form.ts'

const typingMs = 300

/** What the training would be made of, asked a moment after the last change of the form, and again when the project changes. */
export function usePlan(input: Ref<PlanInput | null>) {
  const session = useSession()
  const project = useProject()
  const wanted = computed(() => (input.value === null ? null : JSON.stringify(input.value)))
  const asked = ref(wanted.value)
  let timer: ReturnType<typeof setTimeout> | null = null
  watch(wanted, (key) => {
    if (timer) clearTimeout(timer)
    const ask = () => (asked.value = key)
    // There is nothing to type over yet: the first plan comes at once.
    if (asked.value === null) ask()
    else timer = setTimeout(ask, typingMs)
  })
  const { data, error, loading } = useLatest<TrainingPlan | null>(
    [asked, () => project.revisions.labels, () => project.revisions.students, () => project.revisions.scenes],
    async () => (asked.value === null ? null : session.api().training.plan(JSON.parse(asked.value) as PlanInput)),
  )
  /** Between a change and its answer, what is shown is about something else. */
  const stale = computed(() => loading.value || asked.value !== wanted.value)
  return { plan: data, error, stale }
}
