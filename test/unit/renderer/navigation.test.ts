// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { defineComponent, ref } from 'vue'
import { AppError } from '#shared/contract/app-error.ts'
import type { SceneRow } from '#shared/contract/scenes.ts'
import { useDropFiles } from '../../../src-renderer/composables/use-drop-files.ts'
import { useLastView } from '../../../src-renderer/composables/use-last-view.ts'
import { useOpenProject } from '../../../src-renderer/composables/use-open-project.ts'
import { useSceneScope } from '../../../src-renderer/composables/use-scene-scope.ts'
import type { HandlerOverrides, FakeState } from '../../support/fake-workbench.ts'
import { projectSummary } from '../../support/fake-workbench.ts'
import { settled, startRenderer, stores } from '../../support/renderer.ts'

afterEach(() => (document.body.innerHTML = ''))

/** Runs a composable inside a mounted component and hands out what it returned. */
async function inComponent<T>(use: () => T, overrides: HandlerOverrides = {}, prepare?: (state: FakeState) => unknown) {
  const renderer = await startRenderer(overrides, ({ state }) => prepare?.(state))
  let result: T | undefined
  const host = defineComponent({
    setup: () => {
      result = use()
      return () => null
    },
  })
  const wrapper = renderer.show(host)
  await settled()
  return { ...renderer, result: result!, wrapper }
}

describe('the last view', () => {
  const left = (folder: string, path: string) => (state: FakeState) =>
    (state.settings = { ...state.settings, view: { 'app.lastView': { folder, path } } })

  test('of the open project comes back', async () => {
    const { router } = await inComponent(() => useLastView(true), {}, left(projectSummary.folder, '/label/7?student=3'))
    expect(router.currentRoute.value.fullPath).toBe('/label/7?student=3')
  })

  test('of another project does not; labelling does', async () => {
    const { router } = await inComponent(() => useLastView(true), {}, left('/data/other.lectern', '/analyse'))
    expect(router.currentRoute.value.name).toBe('label')
  })

  test('does not override an address that was asked for', async () => {
    const { router } = await inComponent(() => useLastView(false), {}, left(projectSummary.folder, '/analyse'))
    expect(router.currentRoute.value.name).toBe('start')
  })

  test('is nothing without a project, or where nonsense was stored', async () => {
    const without = await inComponent(
      () => useLastView(true),
      {},
      (state) => (state.project = null),
    )
    expect(without.router.currentRoute.value.name).toBe('start')
    const nonsense = await inComponent(() => useLastView(true), {}, left(projectSummary.folder, 'javascript:alert(1)'))
    expect(nonsense.router.currentRoute.value.name).toBe('label')
  })
})

describe('scenes of a report or an export', () => {
  const row = (id: number) => ({ id }) as SceneRow
  const list: NonNullable<HandlerOverrides['scenes']>['list'] = ({ query, offset, limit }) => {
    if (query === 'conf<') throw new AppError('scenes.query-invalid', 'conf< needs a number.')
    const all = Array.from({ length: 2500 }, (_, at) => row(at + 1))
    return { total: all.length, rows: all.slice(offset, offset + limit) }
  }

  test('no search means every scene, and asks nothing', async () => {
    const { result, workbench } = await inComponent(() => useSceneScope(ref(''), ref(null)), { scenes: { list } })
    expect(result.sceneIds.value).toBeNull()
    expect(workbench.state.calls.some(({ name }) => name === 'scenes.list')).toBe(false)
  })

  test('a search is followed through all its pages', async () => {
    const { result } = await inComponent(() => useSceneScope(ref('wrong'), ref(1)), { scenes: { list } })
    await vi.waitFor(() => expect(result.sceneIds.value).toHaveLength(2500))
    expect(result.sceneIds.value?.at(-1)).toBe(2500)
  })

  test('a search that is wrong says so, and the last good one stays', async () => {
    const query = ref('wrong')
    const { result } = await inComponent(() => useSceneScope(query, ref(1)), { scenes: { list } })
    await vi.waitFor(() => expect(result.sceneIds.value).toHaveLength(2500))
    query.value = 'conf<'
    await vi.waitFor(() => expect(result.error.value?.code).toBe('scenes.query-invalid'))
    expect(result.sceneIds.value).toHaveLength(2500)
  })
})

describe('what is opened', () => {
  const open = async (
    paths: readonly string[],
    overrides: HandlerOverrides = {},
    prepare?: (state: FakeState) => unknown,
  ) => {
    const shown = await inComponent(() => ({ ...useOpenProject() }), overrides, prepare)
    await shown.result.openPaths(paths)
    await settled()
    return shown
  }

  test('a project is opened and shown', async () => {
    const { router } = await open(['/data/a.lectern'])
    expect(stores.project.summary?.folder).toBe('/data/a.lectern')
    expect(router.currentRoute.value.name).toBe('label')
  })

  test.each(['/data/features.pkl', '/data/FEATURES.PICKLE'])('%s is offered for import', async (path) => {
    await open([path])
    expect(stores.dialogs.importing).toEqual({ mode: 'rafnet', features: path })
  })

  test('a model is added to the open project, and needs one', async () => {
    const { router } = await open(['/data/head.onnx'])
    expect(stores.dialogs.addingModel).toEqual({ file: '/data/head.onnx' })
    expect(router.currentRoute.value.name).toBe('models')
    await open(['/data/head.onnx'], {}, (state) => (state.project = null))
    expect(stores.dialogs.addingModel).toBeNull()
    expect(stores.notices.notices.map((one) => one.kind)).toEqual(['warning'])
  })

  test('a folder becomes a new project of photos', async () => {
    await open(['/data/photos'], {
      host: { listFolder: () => ({ folder: '/data/photos', parent: '/data', entries: [] }) },
    })
    expect(stores.dialogs.importing).toEqual({ mode: 'photos', photos: '/data/photos' })
  })

  test('what cannot be read is told', async () => {
    await open(['/data/nowhere'], {
      host: {
        listFolder: () => {
          throw new AppError('host.folder-missing', 'There is no folder /data/nowhere.')
        },
      },
    })
    expect(stores.dialogs.importing).toBeNull()
    expect(stores.notices.notices[0]?.code).toBe('host.folder-missing')
  })
})

describe('dropped files', () => {
  const drag = (type: string, files: readonly File[], types = ['Files']) => {
    const event = new Event(type, { bubbles: true, cancelable: true })
    Object.defineProperty(event, 'dataTransfer', { value: { types, files } })
    window.dispatchEvent(event)
    return event
  }

  test('show where they may be dropped, until they leave', async () => {
    const { result, wrapper } = await inComponent(() => useDropFiles())
    drag('dragenter', [])
    drag('dragenter', [])
    expect(result.over.value).toBe(true)
    drag('dragleave', [])
    drag('dragleave', [])
    expect(result.over.value).toBe(false)
    wrapper.unmount()
  })

  test('say what to do where their place is not known', async () => {
    const { wrapper } = await inComponent(() => useDropFiles())
    const event = drag('drop', [new File([], 'features.pkl')])
    await flushPromises()
    expect(event.defaultPrevented).toBe(true)
    expect(stores.notices.notices[0]?.message).toContain('features.pkl')
    wrapper.unmount()
  })

  test('that are no files are left to whoever wants them', async () => {
    const { result, wrapper } = await inComponent(() => useDropFiles())
    drag('dragenter', [], ['text/plain'])
    expect(result.over.value).toBe(false)
    expect(drag('drop', [], ['text/plain']).defaultPrevented).toBe(false)
    wrapper.unmount()
  })
})
