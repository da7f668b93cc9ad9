import { useActionRegistry } from '../../stores/actions.ts'
import { chordText } from './chords.ts'

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** An action's first key as tooltips show it, or an empty string. */
export function useChordText(): (actionId: string) => string {
  const registry = useActionRegistry()
  return (actionId) => {
    const chord = registry.chordsOf(actionId)[0]
    return chord ? chordText(chord, isMac) : ''
  }
}
