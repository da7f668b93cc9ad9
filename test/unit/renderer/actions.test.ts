// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ref } from 'vue'
import { actionCatalogue } from '../../../src-renderer/composables/actions/catalogue.ts'
import { canonicalChord } from '../../../src-renderer/composables/actions/chords.ts'
import { useActionRegistry } from '../../../src-renderer/stores/actions.ts'
import { useSettings } from '../../../src-renderer/stores/settings.ts'
import { press } from '../../support/renderer.ts'

let stop = () => {}
beforeEach(() => {
  setActivePinia(createPinia())
  document.body.innerHTML = ''
  stop = useActionRegistry().listen(window)
})
afterEach(() => stop())

describe('the catalogue', () => {
  test('has no id twice', () => {
    const ids = actionCatalogue.map((one) => one.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('gives no key to two actions that live in the same place', () => {
    const registry = useActionRegistry()
    const conflicts = actionCatalogue.flatMap((one) =>
      one.chords.flatMap((chord) =>
        registry.conflictsOf(one.id, chord).map((other) => `${one.id} = ${other.id}: ${chord}`),
      ),
    )
    expect(conflicts).toEqual([])
  })

  test('covers the keys that the interface promises', () => {
    const chords = new Set(actionCatalogue.flatMap((one) => one.chords.map(canonicalChord)))
    const promised = ['D', 'A', 'PageDown', 'PageUp', 'Tab', 'Shift+Tab', 'ArrowUp', '1', '9', 'Shift+Digit1', 'Space']
    const more = [
      '$mod+Enter',
      '$mod+A',
      'R',
      'N',
      'V',
      'Escape',
      'Delete',
      '$mod+Z',
      '$mod+Shift+Z',
      '$mod+Y',
      'F',
      '0',
    ]
    const last = [
      'H',
      'L',
      'I',
      '$mod+B',
      'K',
      'Enter',
      '$mod+K',
      'F1',
      '?',
      'F6',
      'Shift+F6',
      'Alt+ArrowUp',
      '$mod+Shift+D',
    ]
    for (const chord of [...promised, ...more, ...last]) expect(chords, chord).toContain(canonicalChord(chord))
  })
})

describe('dispatch', () => {
  const registered = (id: string) => {
    const ran: string[] = []
    useActionRegistry().register({ [id]: () => ran.push(id) })
    return ran
  }

  test('runs the action and keeps the browser from acting', () => {
    const ran = registered('scene.next')
    const event = press(document.body, 'd')
    expect(ran).toEqual(['scene.next'])
    expect(event.defaultPrevented).toBe(true)
  })

  test('leaves keys alone that nobody answers', () => {
    expect(press(document.body, 'd').defaultPrevented).toBe(false)
  })

  test.each([
    ['<input />', 'input'],
    ['<input type="search" />', 'input'],
    ['<textarea></textarea>', 'textarea'],
    ['<div contenteditable="true"></div>', 'div'],
    ['<select></select>', 'select'],
  ])('is silent while typing in %s', (html, selector) => {
    const ran = registered('scene.next')
    document.body.innerHTML = html
    press(document.querySelector(selector)!, 'd')
    expect(ran).toEqual([])
  })

  test('is not silenced by a checkbox', () => {
    const ran = registered('scene.next')
    document.body.innerHTML = '<input type="checkbox" />'
    press(document.querySelector('input')!, 'd')
    expect(ran).toEqual(['scene.next'])
  })

  test('is silent during IME composition', () => {
    const ran = registered('scene.next')
    press(document.body, 'd', { isComposing: true })
    press(document.body, 'd', { keyCode: 229 })
    expect(ran).toEqual([])
  })

  test.each(['dialog', 'alertdialog', 'menu'])('is silent while a %s is open', (role) => {
    const ran = registered('scene.next')
    document.body.innerHTML = `<div role="${role}" data-state="open"></div>`
    press(document.body, 'd')
    document.body.innerHTML = `<div role="${role}" data-state="closed"></div>`
    press(document.body, 'd')
    expect(ran).toHaveLength(1)
  })

  test('the palette opens even while typing', () => {
    const ran = registered('help.palette')
    document.body.innerHTML = '<input />'
    press(document.querySelector('input')!, 'k', { ctrlKey: true })
    expect(ran).toEqual(['help.palette'])
  })

  test('Space and Enter belong to the button that has the focus', () => {
    const ran = [...registered('scene.review'), ...registered('student.accept')]
    document.body.innerHTML = '<button></button>'
    press(document.querySelector('button')!, 'Enter')
    press(document.querySelector('button')!, ' ', { type: 'keyup' })
    expect(ran).toEqual([])
  })

  test('Space accepts when it is let go, and only then', () => {
    const ran = registered('student.accept')
    expect(press(document.body, ' ').defaultPrevented).toBe(true)
    expect(ran).toEqual([])
    press(document.body, ' ', { type: 'keyup' })
    expect(ran).toEqual(['student.accept'])
  })

  test('a key that another control took is not taken twice', () => {
    const ran = registered('student.up')
    document.body.innerHTML = '<div tabindex="0"></div>'
    const grid = document.querySelector('div')!
    grid.addEventListener('keydown', (event) => event.preventDefault())
    press(grid, 'ArrowUp')
    expect(ran).toEqual([])
  })

  test('an action whose time has not come does nothing, and lets the key through', () => {
    const registry = useActionRegistry()
    const ready = ref(false)
    let ran = 0
    registry.register({ 'edit.undo': { run: () => (ran += 1), when: () => ready.value } })
    expect(press(document.body, 'z', { ctrlKey: true }).defaultPrevented).toBe(false)
    ready.value = true
    press(document.body, 'z', { ctrlKey: true })
    expect(ran).toBe(1)
  })

  test('the newest handler answers, the older one again when it has gone', () => {
    const registry = useActionRegistry()
    const ran: string[] = []
    registry.register({ 'class.set-1': () => ran.push('view') })
    const remove = registry.register({ 'class.set-1': () => ran.push('wall') })
    press(document.body, '1')
    remove()
    press(document.body, '1')
    expect(ran).toEqual(['wall', 'view'])
  })

  test('an unknown action is a mistake of the program', () => {
    expect(() => useActionRegistry().register({ 'no.such': () => undefined })).toThrow(/no action "no\.such"/)
  })
})

describe('rebinding', () => {
  test('replaces the keys, survives in the settings and can be taken back', () => {
    const registry = useActionRegistry()
    let ran = 0
    registry.register({ 'scene.next': () => (ran += 1) })
    registry.rebind('scene.next', ['J', 'Control+ArrowRight'])
    expect(useSettings().settings.keys).toEqual({ 'scene.next': 'J | Control+ArrowRight' })
    press(document.body, 'd')
    press(document.body, 'j')
    expect(ran).toBe(1)
    registry.rebind('scene.next', null)
    expect(useSettings().settings.keys).toEqual({})
    press(document.body, 'd')
    expect(ran).toBe(2)
  })

  test('finds conflicts in shared places only', () => {
    const registry = useActionRegistry()
    expect(registry.conflictsOf('scene.next', 'K').map((one) => one.id)).toEqual(['scene.review'])
    expect(registry.conflictsOf('scene.next', 'Control+k').map((one) => one.id)).toEqual(['help.palette'])
    expect(registry.conflictsOf('edit.undo', 'F').map((one) => one.id)).toEqual(['view.fit'])
    expect(registry.conflictsOf('scene.next', 'D')).toEqual([])
  })

  test('a chord taken from an action leaves it its others', () => {
    const registry = useActionRegistry()
    registry.withdraw('scene.review', 'k')
    expect(registry.chordsOf('scene.review')).toEqual(['Enter'])
    registry.withdraw('scene.review', 'Enter')
    expect(registry.chordsOf('scene.review')).toEqual([])
  })
})
