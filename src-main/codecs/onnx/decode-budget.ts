import { ProtobufError } from './protobuf-reader.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** How deep graphs may lie in nodes in graphs; real models use two or three levels. */
const deepestNesting = 16

/** Counts what a hostile file could multiply: a message of two bytes becomes an object a hundred times as large. */
export class DecodeBudget {
  readonly #counter: { left: number; readonly limit: number }
  readonly #depth: number

  constructor(maximumMessages: number, counter = { left: maximumMessages, limit: maximumMessages }, depth = 0) {
    this.#counter = counter
    this.#depth = depth
  }

  /** Call once per message, list element or name. */
  message(): void {
    this.#counter.left -= 1
    if (this.#counter.left < 0) throw new ProtobufError(`it holds more than ${this.#counter.limit} entries`)
  }

  /** The budget of a graph one level deeper; entries are counted together. */
  nested(): DecodeBudget {
    if (this.#depth >= deepestNesting) throw new ProtobufError(`its graphs are nested more than ${deepestNesting} deep`)
    return new DecodeBudget(this.#counter.limit, this.#counter, this.#depth + 1)
  }

  text(bytes: Uint8Array): string {
    this.message()
    try {
      return utf8.decode(bytes)
    } catch {
      throw new ProtobufError('a name is not UTF-8 text')
    }
  }
}
