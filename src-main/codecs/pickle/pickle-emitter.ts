import { encodeInteger } from './integers.ts'
import { opcode } from './opcodes.ts'
import { PickleOutput } from './pickle-output.ts'
import { encodeText } from './text.ts'

export const textOpcodes = {
  short: opcode.SHORT_BINUNICODE,
  long: opcode.BINUNICODE,
  huge: opcode.BINUNICODE8,
}
export const bytesOpcodes = { short: opcode.SHORT_BINBYTES, long: opcode.BINBYTES, huge: opcode.BINBYTES8 }

/** Writes what holds nothing else, and keeps the memo: objects by identity, texts and names by value. */
export class PickleEmitter {
  readonly output = new PickleOutput()
  readonly #memo = new Map<unknown, number>()
  #memoized = 0

  op(...codes: readonly number[]): void {
    for (const code of codes) this.output.opcode(code)
  }

  /** Whether `key` was written before; if so, refers to it. */
  recalled(key: unknown): boolean {
    const index = this.#memo.get(key)
    if (index === undefined) return false
    if (index < 2 ** 8) {
      this.output.opcode(opcode.BINGET)
      this.output.byte(index)
    } else {
      this.output.opcode(opcode.LONG_BINGET)
      this.output.uint32(index)
    }
    return true
  }

  /** Remembers what was just written under `key`. */
  remember(key: unknown): void {
    this.output.opcode(opcode.MEMOIZE)
    this.#memo.set(key, this.#memoized)
    this.#memoized += 1
  }

  boolean(value: boolean): void {
    this.output.opcode(value ? opcode.NEWTRUE : opcode.NEWFALSE)
  }

  integer(value: number | bigint): void {
    if (value >= 0 && value < 2 ** 8) {
      this.output.opcode(opcode.BININT1)
      this.output.byte(Number(value))
    } else if (value >= 0 && value < 2 ** 16) {
      this.output.opcode(opcode.BININT2)
      this.output.uint16(Number(value))
    } else if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.output.opcode(opcode.BININT)
      this.output.int32(Number(value))
    } else {
      this.#longInteger(encodeInteger(BigInt(value)))
    }
  }

  #longInteger(bytes: Uint8Array): void {
    if (bytes.byteLength < 2 ** 8) {
      this.output.opcode(opcode.LONG1)
      this.output.byte(bytes.byteLength)
    } else {
      this.output.opcode(opcode.LONG4)
      this.output.uint32(bytes.byteLength)
    }
    this.output.payload(bytes)
  }

  float(value: number): void {
    this.output.opcode(opcode.BINFLOAT)
    this.output.bigEndianFloat64(value)
  }

  text(value: string): void {
    if (this.recalled(value)) return
    const bytes = encodeText(value)
    this.output.sizedOpcode(textOpcodes, bytes.byteLength)
    this.output.payload(bytes)
    this.remember(value)
  }

  bytes(value: Uint8Array): void {
    this.output.sizedOpcode(bytesOpcodes, value.byteLength)
    this.output.payload(value)
  }

  /** A class or function by its current name. */
  global(module: string, name: string): void {
    const key = `global ${module} ${name}`
    if (this.recalled(key)) return
    this.text(module)
    this.text(name)
    this.output.opcode(opcode.STACK_GLOBAL)
    this.remember(key)
  }
}
