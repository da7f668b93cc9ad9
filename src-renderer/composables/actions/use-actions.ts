import { onScopeDispose } from 'vue'
import { useActionRegistry, type ActionHandlers } from '../../stores/actions.ts'

/**
 * Gives actions of the catalogue their handlers for as long as the calling component lives:
 * `useActions({ 'scene.next': () => go(1), 'edit.undo': { run: undo, when: () => canUndo.value } })`.
 */
export function useActions(handlers: ActionHandlers): void {
  onScopeDispose(useActionRegistry().register(handlers))
}
