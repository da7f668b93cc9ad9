import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { h, type Component } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { i18n } from '../../src-renderer/i18n.ts'
import { useSession } from '../../src-renderer/stores/session.ts'
import { useSettings } from '../../src-renderer/stores/settings.ts'
import { useProject } from '../../src-renderer/stores/project.ts'
import { useDetection } from '../../src-renderer/stores/detection.ts'
import { useExtraction } from '../../src-renderer/stores/extraction.ts'
import { useWeights } from '../../src-renderer/stores/weights.ts'
import { useDialogs } from '../../src-renderer/stores/dialogs.ts'
import { useEdits } from '../../src-renderer/stores/edits.ts'
import { useJobs } from '../../src-renderer/stores/jobs.ts'
import { useLearning } from '../../src-renderer/stores/learning.ts'
import { useReview } from '../../src-renderer/stores/review.ts'
import { useRuns } from '../../src-renderer/stores/runs.ts'
import { useNotices } from '../../src-renderer/stores/notices.ts'
import { useConfirm } from '../../src-renderer/stores/confirm.ts'
import { usePicker } from '../../src-renderer/stores/picker.ts'
import { useActionRegistry } from '../../src-renderer/stores/actions.ts'
import { startStores } from '../../src-renderer/stores/start-stores.ts'
import { fakeWorkbench, type FakeWorkbench, type HandlerOverrides } from './fake-workbench.ts'

export interface RendererUnderTest {
  readonly workbench: FakeWorkbench
  readonly pinia: Pinia
  readonly router: Router
  /** Mounts with the application's plugins; events that the component emits are on `wrapper.findComponent(component)`. */
  show(component: Component, props?: Record<string, unknown>): VueWrapper
}

/** The real stores, connected to a fake workbench over the real rpc. */
export async function startRenderer(overrides: HandlerOverrides = {}, prepare?: (workbench: FakeWorkbench) => void) {
  const workbench = fakeWorkbench(overrides)
  prepare?.(workbench)
  const pinia = createPinia()
  setActivePinia(pinia)
  current = pinia
  await startStores(pinia, workbench.bridge, () => undefined)
  await settled()
  const blank = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['start', 'label', 'review', 'analyse', 'models', 'train', 'reports', 'settings'].map((name) => ({
      path: name === 'label' ? '/label/:sceneId?' : `/${name}`,
      name,
      component: blank,
    })),
  })
  await router.push('/start')
  const show = (component: Component, props: Record<string, unknown> = {}): VueWrapper => {
    const around = { render: () => h(TooltipProvider, null, { default: () => h(component, props) }) }
    return mount(around, { attachTo: document.body, global: { plugins: [pinia, i18n, router] } })
  }
  return { workbench, pinia, router, show } satisfies RendererUnderTest
}

let current = createPinia()

/** The stores of the renderer that was started last, whatever a late timer of an earlier one makes the active pinia. */
export const stores = {
  get session() {
    return useSession(current)
  },
  get settings() {
    return useSettings(current)
  },
  get project() {
    return useProject(current)
  },
  get edits() {
    return useEdits(current)
  },
  get jobs() {
    return useJobs(current)
  },
  get learning() {
    return useLearning(current)
  },
  get review() {
    return useReview(current)
  },
  get runs() {
    return useRuns(current)
  },
  get weights() {
    return useWeights(current)
  },
  get detection() {
    return useDetection(current)
  },
  get extraction() {
    return useExtraction(current)
  },
  get notices() {
    return useNotices(current)
  },
  get dialogs() {
    return useDialogs(current)
  },
  get confirm() {
    return useConfirm(current)
  },
  get picker() {
    return usePicker(current)
  },
  get actions() {
    return useActionRegistry(current)
  },
}

/** Waits until messages in flight have been answered and drawn. */
export async function settled(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve))
}

/** A key press as a browser sends it: `code` is needed where the chord names a physical key. */
export function press(
  target: EventTarget,
  key: string,
  options: KeyboardEventInit & { type?: string } = {},
): KeyboardEvent {
  const { type = 'keydown', ...rest } = options
  const code = /^[a-z]$/i.test(key)
    ? `Key${key.toUpperCase()}`
    : /^\d$/.test(key)
      ? `Digit${key}`
      : key === ' '
        ? 'Space'
        : key
  const event = new KeyboardEvent(type, { key, code, bubbles: true, cancelable: true, ...rest })
  target.dispatchEvent(event)
  return event
}
