import type { ProviderReport } from '#shared/contract/models.ts'
import { useErrorText } from './use-error-text.ts'

/** Why a provider runs or does not, in the language of the page. */
export function useProviderText(): (report: ProviderReport) => string {
  const say = useErrorText()
  return ({ code, reason, details }) => say({ code, message: reason, details })
}
