import { matchKeybindingPress, parseKeybinding } from 'tinykeys'

/** Several chords of one action are kept as one string: `D | PageDown`. An empty string means no key. */
export const splitChords = (stored: string): readonly string[] =>
  stored
    .split(' | ')
    .map((chord) => chord.trim())
    .filter((chord) => chord !== '')

/** Whether the event is this chord (tinykeys grammar, one press). */
export function matchesChord(event: KeyboardEvent, chord: string): boolean {
  const press = parseKeybinding(chord)[0]
  return press !== undefined && matchKeybindingPress(event, press)
}

const modifierKeys = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Process'])

/** The chord that the hand just pressed, or null for a lone modifier. Shifted signs (`?`) are kept as signs. */
export function chordOf(event: KeyboardEvent): string | null {
  if (modifierKeys.has(event.key)) return null
  const isSign = event.key.length === 1 && !/[a-z0-9 ]/i.test(event.key)
  const digit = /^Digit\d$/.test(event.code) && event.shiftKey
  const key = digit || event.key === ' ' ? event.code : event.key.length === 1 ? event.key.toUpperCase() : event.key
  const parts = [
    event.ctrlKey && 'Control',
    event.metaKey && 'Meta',
    event.altKey && 'Alt',
    event.shiftKey && (isSign && !digit ? '[Shift]' : 'Shift'),
  ].filter((part) => part !== false)
  return [...parts, key].join('+')
}

/** One spelling per chord, so that two spellings of the same key are found to conflict. */
export function canonicalChord(chord: string): string {
  const press = parseKeybinding(chord)[0]
  if (!press) return ''
  const [required, , key] = press
  const name =
    typeof key === 'string'
      ? key
          .toUpperCase()
          .replace(/^DIGIT(\d)$/, '$1')
          .replace(/^ $/, 'SPACE')
      : key.source
  return [...[...required].sort(), name].join('+')
}

const symbols: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Delete: 'Del',
  Control: 'Ctrl',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
}
const macSymbols: Readonly<Record<string, string>> = { Meta: '⌘', Control: '⌃', Alt: '⌥', Shift: '⇧' }

/** The chord as its keycaps: [`Ctrl`, `Shift`, `Z`]. */
export function chordCaps(chord: string, isMac: boolean): readonly string[] {
  const press = parseKeybinding(chord.replace('$mod', isMac ? 'Meta' : 'Control'))[0]
  if (!press) return []
  const [required, , key] = press
  const name = typeof key === 'string' ? key.replace(/^Digit(\d)$/, '$1') : key.source
  return [...required, name].map((one) => (isMac ? macSymbols[one] : undefined) ?? symbols[one] ?? capitalised(one))
}

const capitalised = (word: string) => (word.length === 1 ? word.toUpperCase() : word)
