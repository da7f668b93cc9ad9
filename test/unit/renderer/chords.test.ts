// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import {
  canonicalChord,
  chordCaps,
  chordOf,
  matchesChord,
  splitChords,
} from '../../../src-renderer/composables/actions/chords.ts'

const key = (value: string, init: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key: value, ...init })

describe('chords', () => {
  test.each([
    ['', []],
    ['D', ['D']],
    ['D | PageDown', ['D', 'PageDown']],
    [' D |  ', ['D']],
  ])('%j is stored for %j', (stored, chords) => {
    expect(splitChords(stored)).toEqual(chords)
  })

  test.each<[string, KeyboardEvent, boolean]>([
    ['D', key('d'), true],
    ['D', key('D', { shiftKey: true }), false],
    ['$mod+Z', key('z', { ctrlKey: true }), true],
    ['$mod+Z', key('Z', { ctrlKey: true, shiftKey: true }), false],
    ['Shift+Digit1', key('!', { code: 'Digit1', shiftKey: true }), true],
    ['1', key('1', { code: 'Digit1' }), true],
    ['1', key('1', { code: 'Numpad1' }), true],
    ['[Shift]+?', key('?', { shiftKey: true }), true],
    ['[Shift]+?', key('?'), true],
    ['[Shift]++', key('+', { shiftKey: true }), true],
    ['Space', key(' ', { code: 'Space' }), true],
    ['Alt+Shift+ArrowLeft', key('ArrowLeft', { altKey: true, shiftKey: true }), true],
    ['Alt+ArrowLeft', key('ArrowLeft', { altKey: true, ctrlKey: true }), false],
  ])('%s is pressed by %o: %s', (chord, event, expected) => {
    expect(matchesChord(event, chord)).toBe(expected)
  })

  test.each<[KeyboardEvent, string | null]>([
    [key('Shift', { shiftKey: true }), null],
    [key('Process'), null],
    [key('d', { code: 'KeyD' }), 'D'],
    [key('Z', { code: 'KeyZ', ctrlKey: true, shiftKey: true }), 'Control+Shift+Z'],
    [key('?', { code: 'Slash', shiftKey: true }), '[Shift]+?'],
    [key('!', { code: 'Digit1', shiftKey: true }), 'Shift+Digit1'],
    [key(' ', { code: 'Space' }), 'Space'],
    [key('F2', { code: 'F2' }), 'F2'],
    [key('ArrowUp', { code: 'ArrowUp', altKey: true }), 'Alt+ArrowUp'],
  ])('%o is recorded as %s and matches itself', (event, chord) => {
    expect(chordOf(event)).toBe(chord)
    if (chord !== null) expect(matchesChord(event, chord)).toBe(true)
  })

  test('two spellings of one key are one chord', () => {
    expect(canonicalChord('$mod+z')).toBe(canonicalChord('Control+Z'))
    expect(canonicalChord('Shift+Digit1')).toBe(canonicalChord('Shift+1'))
    expect(canonicalChord('Shift+Control+A')).toBe(canonicalChord('Control+Shift+a'))
    expect(canonicalChord('A')).not.toBe(canonicalChord('Shift+A'))
  })

  test('keycaps read like the keyboard', () => {
    expect(chordCaps('$mod+Shift+Z', false)).toEqual(['Ctrl', 'Shift', 'Z'])
    expect(chordCaps('$mod+Shift+z', true)).toEqual(['⌘', '⇧', 'Z'])
    expect(chordCaps('[Shift]+?', false)).toEqual(['?'])
    expect(chordCaps('Alt+ArrowLeft', false)).toEqual(['Alt', '←'])
    expect(chordCaps('Shift+Digit1', false)).toEqual(['Shift', '1'])
  })
})
