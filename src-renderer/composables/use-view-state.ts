import { ref, watch, type Ref } from 'vue'
import type { z } from 'zod'
import { useSettings } from '../stores/settings.ts'

/**
 * State of a view that survives a restart (filters, sort, panel widths). What was stored is parsed once by `schema`,
 * whose defaults stand in for whatever is missing or no longer valid.
 */
export function useViewState<Schema extends z.ZodType>(key: string, schema: Schema): Ref<z.output<Schema>> {
  const settings = useSettings()
  const stored = schema.safeParse(settings.settings.view[key] ?? {})
  const state = ref(stored.success ? stored.data : schema.parse({})) as Ref<z.output<Schema>>
  watch(state, (value) => settings.patchView(key, JSON.parse(JSON.stringify(value))), { deep: true })
  return state
}
