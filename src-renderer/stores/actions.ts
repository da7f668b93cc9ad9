import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import { actionCatalogue, type ActionDefinition } from '../composables/actions/catalogue.ts'
import { canonicalChord, matchesChord, splitChords } from '../composables/actions/chords.ts'
import { silenceOf } from '../composables/actions/silent-events.ts'
import { useSettings } from './settings.ts'

export interface ActionHandler {
  readonly run: (event: KeyboardEvent | null) => unknown
  /** Reactive; an action whose `when` says no is greyed out and its key does nothing. */
  readonly when?: () => boolean
}
export type ActionHandlers = Readonly<Record<string, ActionHandler | ((event: KeyboardEvent | null) => unknown)>>

/** One registry of actions: definitions and keys are data, views register handlers while they are shown. */
export const useActionRegistry = defineStore('actions', () => {
  const settings = useSettings()
  const handlers = shallowReactive(new Map<string, readonly ActionHandler[]>())
  const byId = new Map(actionCatalogue.map((definition) => [definition.id, definition]))

  const chords = computed<ReadonlyMap<string, readonly string[]>>(
    () =>
      new Map(
        actionCatalogue.map(({ id, chords: defaults }) => {
          const own = settings.settings.keys[id]
          return [id, own === undefined ? defaults : splitChords(own)]
        }),
      ),
  )
  /** View actions come first, so that a view may answer a key that the application also knows. */
  const dispatchOrder = [...actionCatalogue].sort(
    (one, other) => Number(one.scopes.includes('app')) - Number(other.scopes.includes('app')),
  )

  /** Registers handlers and returns the function that takes them back. The newest handler of an action answers. */
  function register(added: ActionHandlers): () => void {
    const entries = Object.entries(added).map(([id, handler]) => {
      if (!byId.has(id)) throw new Error(`There is no action "${id}" in the catalogue.`)
      return [id, typeof handler === 'function' ? { run: handler } : handler] as const
    })
    for (const [id, handler] of entries) handlers.set(id, [...(handlers.get(id) ?? []), handler])
    return () => {
      for (const [id, handler] of entries) {
        const left = (handlers.get(id) ?? []).filter((one) => one !== handler)
        if (left.length > 0) handlers.set(id, left)
        else handlers.delete(id)
      }
    }
  }

  const handlerOf = (id: string): ActionHandler | undefined => handlers.get(id)?.at(-1)
  const chordsOf = (id: string): readonly string[] => chords.value.get(id) ?? []
  const definitionOf = (id: string): ActionDefinition | undefined => byId.get(id)

  function isEnabled(id: string): boolean {
    const handler = handlerOf(id)
    return handler !== undefined && (handler.when?.() ?? true)
  }

  /** Runs an action by name; answers whether there was one to run. */
  function run(id: string, event: KeyboardEvent | null = null): boolean {
    const handler = handlerOf(id)
    if (!handler || !isEnabled(id)) return false
    void handler.run(event)
    return true
  }

  /** Other actions that answer the same chord in a scope shared with `id`. */
  function conflictsOf(id: string, chord: string): readonly ActionDefinition[] {
    const scopes = byId.get(id)?.scopes ?? []
    const wanted = canonicalChord(chord)
    return actionCatalogue.filter(
      (other) =>
        other.id !== id &&
        other.scopes.some((scope) => scope === 'app' || scopes.includes('app') || scopes.includes(scope)) &&
        chordsOf(other.id).some((one) => canonicalChord(one) === wanted),
    )
  }

  /** Changes an action's chords; null returns to the defaults. */
  function rebind(id: string, newChords: readonly string[] | null): void {
    const others = Object.fromEntries(Object.entries(settings.settings.keys).filter(([one]) => one !== id))
    settings.patch({ keys: newChords === null ? others : { ...others, [id]: newChords.join(' | ') } })
  }

  /** Takes one chord away from an action, keeping its others. */
  function withdraw(id: string, chord: string): void {
    const unwanted = canonicalChord(chord)
    rebind(
      id,
      chordsOf(id).filter((one) => canonicalChord(one) !== unwanted),
    )
  }

  /** Runs the first enabled action whose chord this event is. */
  function dispatch(event: KeyboardEvent): void {
    if (event.defaultPrevented) return
    const silence = silenceOf(event)
    if (silence.composing || silence.control) return
    const quiet = silence.typing || silence.overlay
    const hit = dispatchOrder.find(
      ({ id, whileTyping }) =>
        (!quiet || whileTyping === true) && chordsOf(id).some((chord) => matchesChord(event, chord)) && isEnabled(id),
    )
    if (!hit) return
    event.preventDefault()
    const runsNow = (hit.onKeyUp === true) === (event.type === 'keyup')
    if (runsNow) run(hit.id, event)
  }

  /** Listens on the window. On key-up only the few actions that ask for it run. */
  function listen(target: Window): () => void {
    target.addEventListener('keydown', dispatch)
    target.addEventListener('keyup', dispatch)
    return () => {
      target.removeEventListener('keydown', dispatch)
      target.removeEventListener('keyup', dispatch)
    }
  }

  return { register, run, isEnabled, chordsOf, definitionOf, conflictsOf, rebind, withdraw, listen, handlers }
})
