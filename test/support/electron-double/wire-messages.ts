/** What main and the preload's world say to each other; `data` is a value as `codec` writes it. */
export type ToWorld =
  | { readonly kind: 'reply'; readonly id: number; readonly channel: string; readonly data: string }
  | { readonly kind: 'reply-error'; readonly id: number; readonly channel: string; readonly error: string }
  | { readonly kind: 'message'; readonly channel: string; readonly data: string; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly id: number; readonly data: string }
  | { readonly kind: 'port-close'; readonly id: number }
  /** Where files lie that the test drops or chooses, by name, size and time. */
  | { readonly kind: 'paths'; readonly entries: readonly (readonly [key: string, path: string])[] }

export type FromWorld =
  | { readonly kind: 'send'; readonly channel: string; readonly data: string }
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly data: string }
  | { readonly kind: 'post'; readonly channel: string; readonly data: string; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly id: number; readonly data: string }
  | { readonly kind: 'port-close'; readonly id: number }
  | { readonly kind: 'context-menu'; readonly isEditable: boolean; readonly selectionText: string }
  /** The page wants to go to an address that Chromium itself would hand to another program. */
  | { readonly kind: 'navigate'; readonly to: string }
  | { readonly kind: 'preload-error'; readonly error: string }

/** A message as it crosses, with the address of the document that sent it. */
export type FromWorldWire = FromWorld & { readonly url: string }
