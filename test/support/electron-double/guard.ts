import type { EventEmitter } from 'node:events'

/** Throws by name where the application uses what is not doubled, in place of "x is not a function". */
export function guard<Target extends object>(name: string, target: Target): Target {
  return new Proxy(target, {
    get(object, key, receiver): unknown {
      // `then` and `toJSON` are asked for by await and by JSON, not by the application.
      if (key in object || typeof key === 'symbol' || key === 'then' || key === 'toJSON') {
        return Reflect.get(object, key, receiver)
      }
      throw new Error(`electron double: ${name}.${key} is not doubled`)
    },
  })
}

export interface PreventableEvent {
  defaultPrevented: boolean
  preventDefault(): void
}

export const makeEvent = <Details extends object>(details?: Details): PreventableEvent & Details =>
  ({
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    },
    ...details,
  }) as PreventableEvent & Details

/** Emits a preventable event; true where nobody prevented it. */
export function isAllowed(target: EventEmitter, name: string, details: object = {}, ...args: unknown[]): boolean {
  const event = makeEvent(details)
  target.emit(name, event, ...args)
  return !event.defaultPrevented
}
