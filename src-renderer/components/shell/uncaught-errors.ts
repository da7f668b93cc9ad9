import type { ComponentPublicInstance } from 'vue'
import NoticeStack from './NoticeStack.vue'

/**
 * Vue's handler for errors that nobody caught: each becomes a notice. One that comes from drawing the notices themselves goes to the
 * console alone: a notice for it would be drawn, and fail, without end.
 */
export function uncaughtErrors(report: (error: unknown) => void) {
  return (error: unknown, from: ComponentPublicInstance | null): void => {
    if (isOfNotices(from)) console.error(error)
    else report(error)
  }
}

function isOfNotices(from: ComponentPublicInstance | null): boolean {
  const stack: unknown = NoticeStack
  for (let at = from; at; at = at.$parent) if (at.$.type === stack) return true
  return false
}
