import { defineStore } from 'pinia'
import { ref } from 'vue'
import { toAppError, type ErrorDetails } from '#shared/contract/app-error.ts'

export type NoticeKind = 'error' | 'warning' | 'success' | 'info'

export interface NoticeAction {
  readonly label: string
  readonly run: () => void
}

/** Something to tell the user. Errors stay until dismissed; the others go after a while. */
export interface Notice {
  readonly id: number
  readonly kind: NoticeKind
  readonly message: string
  readonly code: string | null
  readonly details: ErrorDetails
  readonly action: NoticeAction | null
  /** How often the same thing was said. */
  readonly times: number
}

const shownMs = 6000

export const useNotices = defineStore('notices', () => {
  const notices = ref<Notice[]>([])
  let lastId = 0

  function add(kind: NoticeKind, message: string, options: Partial<Pick<Notice, 'code' | 'details' | 'action'>> = {}) {
    const code = options.code ?? null
    const same = notices.value.findIndex((one) => one.message === message && one.code === code)
    const times = same >= 0 ? notices.value[same]!.times + 1 : 1
    if (same >= 0) notices.value.splice(same, 1)
    const id = ++lastId
    const notice: Notice = {
      id,
      kind,
      message,
      code,
      details: options.details ?? {},
      action: options.action ?? null,
      times,
    }
    notices.value.push(notice)
    if (kind === 'success' || kind === 'info') setTimeout(() => dismiss(id), shownMs)
    return id
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((one) => one.id !== id)
  }

  /** Shows an error with its code, unless it is somebody's own cancellation or the connection's own indicator. */
  function report(error: unknown): void {
    const { code, message, details } = toAppError(error)
    if (code === 'job.cancelled' || code === 'rpc.disconnected') return
    add('error', message, { code, details })
  }

  /** Runs `work`; an error is reported and answered with undefined. */
  async function guard<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      report(error)
      return undefined
    }
  }

  return { notices, add, dismiss, report, guard }
})
