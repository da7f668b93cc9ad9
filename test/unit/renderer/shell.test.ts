// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { AppError } from '#shared/contract/app-error.ts'
import type { FolderEntry } from '#shared/contract/host.ts'
import FindingList from '../../../src-renderer/components/exchange/FindingList.vue'
import ImportForm from '../../../src-renderer/components/exchange/ImportForm.vue'
import CommandPalette from '../../../src-renderer/components/shell/CommandPalette.vue'
import FileBrowser from '../../../src-renderer/components/shell/FileBrowser.vue'
import StatusBar from '../../../src-renderer/components/shell/StatusBar.vue'
import { i18n } from '../../../src-renderer/i18n.ts'
import type { PickRequest } from '../../../src-renderer/stores/picker.ts'
import KeyTable from '../../../src-renderer/views/settings/KeyTable.vue'
import { projectSummary } from '../../support/fake-workbench.ts'
import { press, settled, startRenderer, stores } from '../../support/renderer.ts'

beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => (document.body.innerHTML = ''))

describe('the status bar', () => {
  test('shows what undo would take back, and what it took', async () => {
    const { show } = await startRenderer()
    const wrapper = show(StatusBar)
    expect(wrapper.get('[data-testid="saving"]').text()).toBe('Saved')
    expect(wrapper.find('[data-testid="undo-state"]').exists()).toBe(false)
    await stores.edits.apply([{ kind: 'label', studentId: 1, classIndex: 2, source: 'person' }])
    await flushPromises()
    expect(wrapper.get('[data-testid="undo-state"]').text()).toBe('Undo: 1 label')
    await stores.edits.undo()
    await flushPromises()
    expect(wrapper.get('[data-testid="undo-state"]').text()).toBe('Undone: 1 label')
    wrapper.unmount()
  })

  test('says that saving failed and that the connection is lost', async () => {
    const { show, workbench } = await startRenderer({
      edits: {
        apply: () => {
          throw new AppError('store.disk-full', 'The disk is full.')
        },
      },
    })
    const wrapper = show(StatusBar)
    await stores.edits.apply([{ kind: 'delete', studentId: 1 }])
    await flushPromises()
    expect(wrapper.get('[data-testid="saving"]').attributes('data-saving')).toBe('failed')
    workbench.cut()
    await nextTick()
    expect(wrapper.text()).toContain('Connection lost')
    wrapper.unmount()
  })
})

const folders: Readonly<Record<string, readonly FolderEntry[]>> = {
  '/data': [
    { name: 'lessons', path: '/data/lessons', kind: 'folder', bytes: null, isProject: false },
    { name: 'old.lectern', path: '/data/old.lectern', kind: 'folder', bytes: null, isProject: true },
    { name: 'features.pkl', path: '/data/features.pkl', kind: 'file', bytes: 1300, isProject: false },
    { name: 'notes.txt', path: '/data/notes.txt', kind: 'file', bytes: 12, isProject: false },
  ],
  '/data/lessons': [],
}

async function showBrowser(request: PickRequest) {
  const { show } = await startRenderer({
    host: {
      listFolder: ({ folder }) => {
        const wanted = folder ?? '/data'
        const entries = folders[wanted]
        if (!entries) throw new AppError('host.folder-missing', `There is no folder ${wanted}.`)
        return { folder: wanted, parent: wanted === '/data' ? null : '/data', entries }
      },
    },
  })
  const answer = stores.picker.pick(request)
  const wrapper = show(FileBrowser, { request })
  await settled()
  const list = () => wrapper.get('[role="listbox"]').element
  const names = () => wrapper.findAll('[role="option"]').map((one) => one.get('span').text())
  return { wrapper, list, names, answer }
}

describe('the file browser', () => {
  test('shows folders and the files asked for, and takes one by keyboard alone', async () => {
    const { wrapper, list, names, answer } = await showBrowser({
      purpose: 'open-file',
      title: 'Features',
      extensions: ['pkl'],
    })
    expect(names()).toEqual(['lessons', 'old.lectern', 'features.pkl'])
    press(list(), 'f')
    press(list(), 'Enter')
    expect(await answer).toBe('/data/features.pkl')
    wrapper.unmount()
  })

  test('folders are entered and left again, with the place kept', async () => {
    const { wrapper, list, names } = await showBrowser({ purpose: 'open-file', title: 'Features' })
    press(list(), 'l')
    press(list(), 'ArrowRight')
    await settled()
    expect(names()).toEqual([])
    press(list(), 'Backspace')
    await settled()
    expect(wrapper.get('[aria-selected="true"]').text()).toContain('lessons')
    wrapper.unmount()
  })

  test('for a project only a project is an answer', async () => {
    const { wrapper, list, answer } = await showBrowser({ purpose: 'open-folder', title: 'Project', wants: 'project' })
    const choose = () => wrapper.findAll('button').at(-1)!.element
    expect(choose().disabled).toBe(true)
    press(list(), 'l')
    await flushPromises()
    expect(choose().disabled).toBe(true)
    press(list(), 'o')
    await flushPromises()
    expect(choose().disabled).toBe(false)
    press(list(), 'Enter')
    expect(await answer).toBe('/data/old.lectern')
    wrapper.unmount()
  })

  test('a file to save gets its ending', async () => {
    const { wrapper, answer } = await showBrowser({
      purpose: 'save-file',
      title: 'Save',
      extensions: ['pkl'],
      suggestedName: 'a.pkl',
    })
    const field = wrapper.get('input[placeholder="File name"]')
    await field.setValue('corrected')
    await field.trigger('keydown', { key: 'Enter' })
    expect(await answer).toBe('/data/corrected.pkl')
    wrapper.unmount()
  })

  test('a typed path that does not exist is said, and the list stays', async () => {
    const { wrapper, names } = await showBrowser({ purpose: 'open-folder', title: 'Photos' })
    await wrapper.get('input[aria-label="Path"]').setValue('/nowhere')
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(wrapper.get('[role="alert"]').text()).toContain('host.folder-missing')
    expect(names()).toHaveLength(2)
    wrapper.unmount()
  })

  test.each([
    ['entered, but still being read', true],
    ['never entered', false],
  ])('the main button takes the path that was typed: %s', async (_, isEntered) => {
    const { wrapper, answer } = await showBrowser({ purpose: 'save-folder', title: 'Report' })
    await wrapper.get('input[aria-label="Path"]').setValue('/data/lessons')
    if (isEntered) void wrapper.get('form').trigger('submit')
    await wrapper.findAll('button').at(-1)!.trigger('click')
    expect(await answer).toBe('/data/lessons')
    wrapper.unmount()
  })

  test('a typed path that does not exist is not taken', async () => {
    const { wrapper } = await showBrowser({ purpose: 'save-folder', title: 'Report' })
    await wrapper.get('input[aria-label="Path"]').setValue('/nowhere')
    await wrapper.findAll('button').at(-1)!.trigger('click')
    await settled()
    expect(wrapper.get('[role="alert"]').text()).toContain('host.folder-missing')
    expect(stores.picker.request).not.toBeNull()
    wrapper.unmount()
  })

  test('what is typed while the first folder is still being read is not lost, and its late answer changes nothing', async () => {
    const waiting: (() => void)[] = []
    const { show } = await startRenderer({
      host: {
        listFolder: async ({ folder }) => {
          if (folder === null) await new Promise<void>((resolve) => waiting.push(resolve))
          return { folder: folder ?? '/home', parent: null, entries: folders[folder ?? '/data'] ?? [] }
        },
      },
    })
    void stores.picker.pick({ purpose: 'open-folder', title: 'Photos' })
    const wrapper = show(FileBrowser, { request: { purpose: 'open-folder', title: 'Photos' } })
    await settled()
    const field = wrapper.get<HTMLInputElement>('input[aria-label="Path"]')
    await field.setValue('/data/lessons')
    await wrapper.get('form').trigger('submit')
    await settled()
    waiting[0]!()
    await settled()
    expect(field.element.value).toBe('/data/lessons')
    expect(wrapper.findAll('[role="option"]')).toHaveLength(0)
    wrapper.unmount()
  })
})

describe('the import', () => {
  const summary = {
    file: '/data/features.pkl',
    scenes: 3,
    students: 151,
    labels: 151,
    modalities: [],
    photosMatched: 3,
    omitted: [],
    findings: [],
  }

  test('suggests a project beside the file, and sends what was filled in', async () => {
    const { show, workbench } = await startRenderer(
      { exchange: { importFile: () => summary } },
      ({ state }) => (state.project = null),
    )
    const wrapper = show(ImportForm, { request: { mode: 'rafnet', features: '/data/features.pkl' }, busy: false })
    const inputs = wrapper.findAll('input')
    expect(inputs.at(-1)!.element.value).toBe('/data/features.lectern')
    await inputs[1]!.setValue('/data/photos')
    await wrapper.get('input[list]').setValue(' test ')
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(
      workbench.state.calls.filter(({ name }) => name === 'project.create' || name === 'exchange.importFile'),
    ).toEqual([
      { name: 'project.create', input: { folder: '/data/features.lectern', photoRoot: '/data/photos' } },
      {
        name: 'exchange.importFile',
        input: { file: '/data/features.pkl', photoRoot: '/data/photos', split: 'test' },
      },
    ])
    expect(wrapper.findComponent(ImportForm).emitted('finished')).toEqual([[{ summary, scan: null }]])
    wrapper.unmount()
  })

  test('a project folder always ends in .lectern', async () => {
    const { show, workbench } = await startRenderer({}, ({ state }) => (state.project = null))
    const wrapper = show(ImportForm, { request: { mode: 'photos', photos: '/data/photos/' }, busy: false })
    const target = wrapper.findAll('input').at(-1)!
    expect(target.element.value).toBe('/data/photos.lectern')
    await target.setValue('/data/mine')
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(workbench.state.calls.find(({ name }) => name === 'project.create')?.input).toEqual({
      folder: '/data/mine.lectern',
      photoRoot: '/data/photos/',
    })
    wrapper.unmount()
  })

  test('a file that cannot be read is told in the dialog, with its code', async () => {
    const { show } = await startRenderer({
      exchange: {
        importFile: () => {
          throw new AppError('pickle.global-refused', 'features.pkl names os.system.')
        },
      },
    })
    const wrapper = show(ImportForm, { request: { mode: 'rafnet', features: '/data/features.pkl' }, busy: false })
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(wrapper.get('[role="alert"]').text()).toContain('pickle.global-refused')
    wrapper.unmount()
  })

  test.each([
    ['nothing was open before', null],
    ['another project was open before', '/data/lesson.lectern'],
  ])('one that failed leaves no new project behind where %s', async (_name, before) => {
    const { show, workbench } = await startRenderer(
      {
        exchange: {
          importFile: () => {
            throw new AppError('features.not-features', 'relation.pkl holds weights.')
          },
        },
      },
      ({ state }) => (state.project = before === null ? null : { ...projectSummary, folder: before }),
    )
    const wrapper = show(ImportForm, { request: { mode: 'rafnet', features: '/data/relation.pkl' }, busy: false })
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(wrapper.get('[role="alert"]').text()).toContain('features.not-features')
    const asked = workbench.state.calls.filter(({ name }) => name === 'project.discardEmpty')
    expect(asked.map(({ input }) => input)).toEqual([{ folder: '/data/relation.lectern' }])
    expect(workbench.state.project?.folder ?? null).toBe(before)
    expect(stores.project.summary?.folder ?? null).toBe(before)
    wrapper.unmount()
  })
})

describe('the import doctor', () => {
  const finding = {
    code: 'box-inverted',
    severity: 'warning',
    count: 1,
    examples: ['166.jpg, student 30'],
    message: '1 box is inverted.',
  }

  test('puts errors first, with counts and places', async () => {
    const { show } = await startRenderer()
    const findings = [
      { ...finding, severity: 'info', code: 'a' },
      finding,
      { ...finding, severity: 'error', code: 'b' },
    ]
    const wrapper = show(FindingList, { findings, title: 'Import doctor' })
    expect(wrapper.findAll('li').map((one) => one.text().slice(0, 15))).toEqual([
      '1 box is invert',
      'Warning: Invert',
      '1 box is invert',
    ])
    expect(wrapper.text()).toContain('For example 166.jpg, student 30')
    wrapper.unmount()
  })

  test('speaks Chinese where it knows the finding, and the workbench’s words where it does not', async () => {
    const { show } = await startRenderer()
    i18n.global.locale.value = 'zh-CN'
    const wrapper = show(FindingList, { findings: [finding, { ...finding, code: 'brand-new' }], title: '导入检查' })
    const [known, unknown] = wrapper.findAll('li').map((one) => one.text())
    expect(known).toContain('框坐标颠倒')
    expect(known).not.toContain('1 box is inverted.')
    expect(unknown).toContain('1 box is inverted.')
    wrapper.unmount()
  })

  test('nothing found is said, too', async () => {
    const { show } = await startRenderer()
    const wrapper = show(FindingList, { findings: [], title: 'Import doctor' })
    expect(wrapper.text()).toContain('Nothing unusual was found.')
    wrapper.unmount()
  })
})

describe('the command palette', () => {
  test('runs what was typed, by keyboard alone', async () => {
    const { show, workbench } = await startRenderer()
    const ran: string[] = []
    stores.actions.register({
      'edit.undo': () => ran.push('undo'),
      'edit.redo': { run: () => ran.push('redo'), when: () => false },
    })
    const wrapper = show(CommandPalette)
    await settled(2)
    const input = document.querySelector<HTMLInputElement>('[role="combobox"]')!
    const labels = () => [...document.querySelectorAll('[role="option"]')].map((one) => one.textContent)
    expect(labels().join()).not.toContain('Redo')
    input.value = 'und'
    input.dispatchEvent(new Event('input'))
    await settled(4)
    press(input, 'Enter')
    await settled(4)
    expect(ran).toEqual(['undo'])
    expect(workbench.state.calls.some(({ name }) => name === 'scenes.list')).toBe(true)
    wrapper.unmount()
  })

  test.each(['dark mode', 'night', '深色', '快捷键'])(
    'finds an action by another word for it, in either language: %s',
    async (word) => {
      const { show } = await startRenderer()
      stores.actions.register({ 'help.theme': () => undefined, 'help.shortcuts': () => undefined })
      const wrapper = show(CommandPalette)
      await settled(2)
      const input = document.querySelector<HTMLInputElement>('[role="combobox"]')!
      input.value = word
      input.dispatchEvent(new Event('input'))
      await settled(4)
      const [first] = [...document.querySelectorAll('[role="option"]')].map((one) => one.textContent)
      expect(first).toContain(word === '快捷键' ? 'Keyboard shortcuts' : 'Switch light and dark')
      wrapper.unmount()
    },
  )
})

describe('the key table', () => {
  const row = (wrapper: Awaited<ReturnType<typeof showTable>>, action: string) =>
    wrapper.get(`button[aria-label="Change the key of ${action}"]`)
  async function showTable() {
    const { show } = await startRenderer()
    return show(KeyTable)
  }

  test('records a chord, and Esc leaves it as it was', async () => {
    const wrapper = await showTable()
    const button = row(wrapper, 'Next scene')
    await button.trigger('click')
    expect(button.text()).toBe('Press a key…')
    press(button.element, 'Escape')
    await flushPromises()
    expect(stores.settings.settings.keys).toEqual({})
    await button.trigger('click')
    press(button.element, 'Shift', { shiftKey: true })
    press(button.element, 'J', { shiftKey: true })
    await flushPromises()
    expect(stores.settings.settings.keys).toEqual({ 'scene.next': 'Shift+J' })
    wrapper.unmount()
  })

  test('asks before it takes a key from another action', async () => {
    const wrapper = await showTable()
    const button = row(wrapper, 'Next scene')
    await button.trigger('click')
    press(button.element, 'k')
    await flushPromises()
    expect(stores.confirm.question?.message).toContain('Mark scene reviewed')
    stores.confirm.reply(false)
    await flushPromises()
    expect(stores.settings.settings.keys).toEqual({})
    await button.trigger('click')
    press(button.element, 'k')
    await flushPromises()
    stores.confirm.reply(true)
    await flushPromises()
    expect(stores.settings.settings.keys).toEqual({ 'scene.review': 'Enter', 'scene.next': 'K' })
    wrapper.unmount()
  })

  test('Backspace removes the key', async () => {
    const wrapper = await showTable()
    const button = row(wrapper, 'Hide or show boxes')
    await button.trigger('click')
    press(button.element, 'Backspace')
    await flushPromises()
    expect(stores.actions.chordsOf('view.hide-boxes')).toEqual([])
    expect(button.text()).toBe('no key')
    wrapper.unmount()
  })
})

test('another language is in force at once', async () => {
  const { show } = await startRenderer()
  const wrapper = show(StatusBar)
  expect(stores.project.summary).not.toBeNull()
  expect(wrapper.text()).toContain('Saved')
  i18n.global.locale.value = 'zh-CN'
  await flushPromises()
  expect(wrapper.text()).toContain('已保存')
  wrapper.unmount()
})
