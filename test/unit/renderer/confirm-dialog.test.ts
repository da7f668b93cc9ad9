// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import ConfirmDialog from '../../../src-renderer/components/shell/ConfirmDialog.vue'
import { i18n } from '../../../src-renderer/i18n.ts'
import { press, settled, startRenderer, stores } from '../../support/renderer.ts'

let wrapper: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  wrapper?.unmount()
  document.body.innerHTML = ''
})

async function ask() {
  const { show } = await startRenderer()
  wrapper = show(ConfirmDialog)
  const answer = stores.confirm.ask({ title: 'Remove it?', message: 'It goes.', confirm: 'Remove', danger: true })
  await settled()
  const button = (text: string) =>
    [...document.querySelectorAll('[role="alertdialog"] button')].find((one) => one.textContent?.trim() === text)!
  return { answer, button }
}

describe('the question before what cannot be undone', () => {
  test('is answered yes by the button that says what it does', async () => {
    const { answer, button } = await ask()
    button('Remove').dispatchEvent(new MouseEvent('click', { bubbles: true }))
    expect(await answer).toBe(true)
    await settled()
    expect(document.querySelector('[role="alertdialog"][data-state="open"]')).toBeNull()
  })

  test('is answered no by Cancel and by Escape', async () => {
    const first = await ask()
    first.button('Cancel').dispatchEvent(new MouseEvent('click', { bubbles: true }))
    expect(await first.answer).toBe(false)
    wrapper?.unmount()
    const second = await ask()
    press(document.activeElement ?? document.body, 'Escape')
    expect(await second.answer).toBe(false)
  })
})
