import { Buffer } from 'node:buffer'
import type { ByteSource } from '../bytes/byte-source.ts'
import { malformed, pickleError } from './pickle-error.ts'
import type { PickleContext } from './pickle-error.ts'
import { decodeText } from './text.ts'

/** Small enough to stay in the processor's cache between the read and the copy out of it. */
const windowBytes = 2 ** 18
const slabBytes = 2 ** 23
/** Widest element of a numpy array we read is 8 bytes; 16 leaves room for SIMD-friendly starts. */
const alignment = 16

/**
 * The bytes of a pickle, read forward once. Over bytes in memory payloads are views. Over a source only a window is
 * held and each payload is read into memory of its own, aligned so that typed arrays can be views of it: a 500 MB
 * file then costs 500 MB, once.
 */
export class PickleInput implements PickleContext {
  readonly file: string
  readonly size: number
  readonly #source: ByteSource | null
  #window: Buffer
  #view: DataView
  #windowOffset: number
  #position = 0
  #end: number
  #slab = new Uint8Array(0)
  #slabUsed = 0

  constructor(input: Uint8Array | ByteSource, file: string, start = 0) {
    this.file = file
    if (input instanceof Uint8Array) {
      this.#source = null
      this.size = input.byteLength
      this.#window = Buffer.from(input.buffer, input.byteOffset, input.byteLength)
      this.#windowOffset = 0
      this.#position = start
      this.#end = input.byteLength
    } else {
      this.#source = input
      this.size = input.size
      this.#window = Buffer.allocUnsafeSlow(Math.max(16, Math.min(windowBytes, input.size - start)))
      this.#windowOffset = start
      this.#end = 0
    }
    this.#view = viewOf(this.#window)
  }

  offset(): number {
    return this.#windowOffset + this.#position
  }

  remaining(): number {
    return this.size - this.offset()
  }

  byte(): number {
    if (this.#position >= this.#end) this.#require(1)
    return this.#window[this.#position++]!
  }

  uint16(): number {
    this.#require(2)
    this.#position += 2
    return this.#view.getUint16(this.#position - 2, true)
  }

  int32(): number {
    this.#require(4)
    this.#position += 4
    return this.#view.getInt32(this.#position - 4, true)
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** A length of eight bytes; beyond 2^53 it cannot fit into any file. */
  length64(): number {
    this.#require(8)
    this.#position += 8
    return Number(this.#view.getBigUint64(this.#position - 8, true))
  }

  bigEndianFloat64(): number {
    this.#require(8)
    this.#position += 8
    return this.#view.getFloat64(this.#position - 8, false)
  }

  /** A length of four signed bytes, as old opcodes have it. */
  length32Signed(): number {
    const length = this.int32()
    if (length < 0) throw malformed(this, `a length of ${length} was found`, { length })
    return length
  }

  skip(length: number): void {
    this.#checkLength(length)
    this.#position += length
    if (this.#position > this.#end) this.#jumpTo(this.offset())
  }

  text(length: number): string {
    const bytes = length <= this.#window.byteLength ? this.#inWindow(length) : null
    const text = bytes === null ? this.#longText(length) : decodeText(this.#window, bytes, bytes + length)
    if (text === null) throw malformed(this, 'text that is not UTF-8 was found')
    return text
  }

  latin1(length: number): string {
    return Buffer.from(this.payload(length)).toString('latin1')
  }

  /** Up to and without the next newline, as latin-1. */
  line(): string {
    for (let searched = 0; ;) {
      const newline = this.#window.indexOf(10, this.#position + searched)
      if (newline >= 0 && newline < this.#end) {
        const line = this.#window.toString('latin1', this.#position, newline)
        this.#position = newline + 1
        return line
      }
      searched = this.#end - this.#position
      const wanted = Math.min(this.remaining(), Math.max(windowBytes, searched * 2))
      if (wanted <= searched) throw this.#truncated('a line without an end was found')
      this.#require(wanted)
    }
  }

  /** The next bytes, in memory that outlives the window; the length is checked against the file before any allocation. */
  payload(length: number): Uint8Array {
    this.#checkLength(length)
    if (!this.#source) {
      this.#position += length
      const start = this.#window.byteOffset + this.#position - length
      return new Uint8Array(this.#window.buffer, start, length)
    }
    const target = this.#allocate(length)
    const buffered = Math.min(length, this.#end - this.#position)
    this.#window.copy(target, 0, this.#position, this.#position + buffered)
    this.#position += buffered
    if (buffered < length) {
      this.#source.readInto(this.offset(), buffered === 0 ? target : target.subarray(buffered))
      this.#jumpTo(this.offset() + length - buffered)
    }
    return target
  }

  #longText(length: number): string | null {
    const bytes = this.payload(length)
    return decodeText(Buffer.from(bytes.buffer, bytes.byteOffset, length), 0, length)
  }

  /** Large payloads get a buffer of their own; small ones share slabs, since 100,000 buffers are slow to make. */
  #allocate(length: number): Uint8Array {
    if (length * 4 > slabBytes) return new Uint8Array(length)
    if (this.#slabUsed + length > this.#slab.byteLength) {
      this.#slab = new Uint8Array(Math.min(slabBytes, Math.max(length, this.remaining()) + alignment))
      this.#slabUsed = 0
    }
    const bytes = new Uint8Array(this.#slab.buffer, this.#slabUsed, length)
    this.#slabUsed += Math.ceil(length / alignment) * alignment
    return bytes
  }

  #inWindow(length: number): number {
    this.#require(length)
    this.#position += length
    return this.#position - length
  }

  #checkLength(length: number): void {
    if (length > this.size - this.#windowOffset - this.#position) {
      throw this.#truncated(`${length} more bytes are announced but ${this.remaining()} follow`)
    }
  }

  /** Makes the next `length` bytes lie in the window. */
  #require(length: number): void {
    if (this.#position + length <= this.#end) return
    this.#checkLength(length)
    const source = this.#source!
    const kept = this.#end - this.#position
    const window = length > this.#window.byteLength ? Buffer.allocUnsafeSlow(length) : this.#window
    this.#window.copy(window, 0, this.#position, this.#end)
    this.#windowOffset += this.#position
    this.#position = 0
    this.#end = Math.min(window.byteLength, this.size - this.#windowOffset)
    source.readInto(this.#windowOffset + kept, window.subarray(kept, this.#end))
    if (window !== this.#window) {
      this.#window = window
      this.#view = viewOf(window)
    }
  }

  #jumpTo(offset: number): void {
    if (!this.#source) return
    this.#windowOffset = offset
    this.#position = 0
    this.#end = 0
  }

  #truncated(what: string) {
    return pickleError(this, 'truncated', `the file ends too early: ${what}; copy or export it again`)
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
