// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { chineseClassNames } from '#shared/domain/chinese-class-names.ts'
import ClassChip from '../../../src-renderer/components/ui/ClassChip.vue'
import { className, withShownName } from '../../../src-renderer/composables/class-name.ts'
import { i18n } from '../../../src-renderer/i18n.ts'
import ClassEditor from '../../../src-renderer/views/settings/ClassEditor.vue'
import { settled, startRenderer, stores } from '../../support/renderer.ts'

let wrapper: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  wrapper?.unmount()
  i18n.global.locale.value = 'en'
})

test('English shows the stored names of RAFNet’s classes as they are', () => {
  expect(rafnetClasses.map((one) => className(one.name))).toEqual(rafnetClasses.map((one) => one.name))
})

test('Chinese shows them in Chinese wherever they stand, and names of one’s own as they are', () => {
  i18n.global.locale.value = 'zh-CN'
  expect(rafnetClasses.map((one) => className(one.name))).toEqual(['低头', '听讲', '读写', 'Null', '使用手机'])
  expect(['listening', 'Sleeping', '听讲', ''].map(className)).toEqual(['listening', 'Sleeping', '听讲', ''])
  const listening = { ...rafnetClasses[1]!, index: 4 }
  expect(withShownName(listening)).toEqual({ ...listening, name: '听讲' })
})

test('search and reports know the names that are shown', () => {
  i18n.global.locale.value = 'zh-CN'
  for (const { name } of rafnetClasses) expect(chineseClassNames[name] ?? name).toBe(className(name))
})

test('a chip follows the language', async () => {
  const chip = (wrapper = mount(ClassChip, {
    props: { behaviour: rafnetClasses[0] },
    global: { plugins: [i18n] },
  }))
  expect(chip.text()).toContain('Bowing Head')
  i18n.global.locale.value = 'zh-CN'
  await nextTick()
  expect(chip.text()).toContain('低头')
})

test('the settings show and send the stored names, whatever the language', async () => {
  const { show, workbench } = await startRenderer()
  i18n.global.locale.value = 'zh-CN'
  const stored = stores.project.storedClasses.map((one) => one.name)
  expect(stored).toContain('Listening')
  expect(stores.project.classes.map((one) => one.name)).toContain('听讲')
  wrapper = show(ClassEditor)
  const names = wrapper.findAll<HTMLInputElement>('input.field:not(.text-center)')
  expect(names.map((one) => one.element.value)).toEqual(stored)
  await wrapper.find<HTMLInputElement>('input.text-center').setValue('Q')
  await settled()
  expect(workbench.state.calls.find((call) => call.name === 'project.editClass')?.input).toMatchObject({
    name: stored[0],
    letter: 'Q',
  })
})
