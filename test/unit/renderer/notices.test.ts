// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { h, shallowRef } from 'vue'
import NoticeStack from '../../../src-renderer/components/shell/NoticeStack.vue'
import StatusBar from '../../../src-renderer/components/shell/StatusBar.vue'
import { uncaughtErrors } from '../../../src-renderer/components/shell/uncaught-errors.ts'
import { i18n } from '../../../src-renderer/i18n.ts'
import { settled, startRenderer, stores } from '../../support/renderer.ts'

beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

/** The notices beside another part of the page, wired for uncaught errors as the application is. */
async function showPage() {
  const { pinia } = await startRenderer()
  const otherFails = shallowRef(false)
  const otherPart = {
    render: () => {
      if (otherFails.value) throw new Error('The other part cannot be drawn.')
      return h('p')
    },
  }
  const page = { render: () => h('div', [h(NoticeStack), h(otherPart)]) }
  const wrapper = mount(page, {
    attachTo: document.body,
    global: {
      plugins: [pinia, i18n],
      config: { errorHandler: uncaughtErrors((error) => stores.notices.report(error)) },
    },
  })
  return { wrapper, otherFails }
}

const texts = () => stores.notices.notices.map(({ message }) => message)
const brokenAction = {
  get label(): string {
    throw new Error('This notice cannot be drawn.')
  },
  run: () => undefined,
}

describe('notices', () => {
  test('one that cannot be drawn is told to the console only: no notice of a notice without end', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { wrapper } = await showPage()
    stores.notices.add('warning', 'Broken', { action: brokenAction })
    await settled()
    expect(texts()).toEqual(['Broken'])
    expect(told.mock.calls.map(([error]) => String(error))).toEqual(['Error: This notice cannot be drawn.'])
    stores.notices.add('warning', 'Whole')
    await settled()
    expect(wrapper.text()).toContain('Whole')
    wrapper.unmount()
  })

  test('an error of any other part of the page is one', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { wrapper, otherFails } = await showPage()
    otherFails.value = true
    await settled()
    expect(texts()).toEqual(['The other part cannot be drawn.'])
    expect(wrapper.get('[role="alert"]').text()).toContain('The other part cannot be drawn.')
    expect(told).not.toHaveBeenCalled()
    wrapper.unmount()
  })

  test('of many, the newest four are shown; only their buttons take the pointer; an action runs and ends its notice', async () => {
    const { wrapper } = await showPage()
    const ran: string[] = []
    for (const name of ['one', 'two', 'three', 'four', 'five'])
      stores.notices.add('warning', name, { action: { label: `Run ${name}`, run: () => ran.push(name) } })
    await settled()
    const cards = () => wrapper.findAll('.notice-card')
    expect(cards().map((card) => card.get('.notice-text').text())).toEqual(['two', 'three', 'four', 'five'])
    expect(wrapper.get('[data-testid="notices"]').classes()).toContain('pointer-events-none')
    for (const button of wrapper.findAll('button')) expect(button.classes()).toContain('pointer-events-auto')
    await cards().at(-1)!.get('button').trigger('click')
    expect(ran).toEqual(['five'])
    expect(cards().map((card) => card.get('.notice-text').text())).toEqual(['one', 'two', 'three', 'four'])
    wrapper.unmount()
  })
})

test('what undo would take back is shortened on one line, and whole in its title', async () => {
  const { show } = await startRenderer()
  const wrapper = show(StatusBar)
  await stores.edits.apply([{ kind: 'label', studentId: 1, classIndex: 2, source: 'person' }])
  await settled()
  const undo = wrapper.get('[data-testid="undo-state"]')
  expect(undo.attributes('title')).toBe('Undo: 1 label')
  expect(undo.get('.truncate').text()).toBe('Undo: 1 label')
  wrapper.unmount()
})
