import { Buffer, constants } from 'node:buffer'
import type { ByteSource } from '../bytes/byte-source.ts'
import { malformed, pickleError } from './pickle-error.ts'
import type { PickleContext } from './pickle-error.ts'
import { decodeText } from './text.ts'

/** How a source is read; only tests need other sizes than the default. */
export interface PickleBuffering {
  /** Bytes of a read: enough to make system calls cheap, few enough to stay in the processor's cache until they are used. */
  readonly readBytes: number
  /** Payloads lie in slabs, since 100,000 buffers are slow to make; a slab is what one array keeps alive. */
  readonly slabBytes: number
  /** Payloads this long get a buffer of their own and are read straight into it. */
  readonly ownBufferBytes: number
}

const defaultBuffering: PickleBuffering = { readBytes: 2 ** 20, slabBytes: 2 ** 28, ownBufferBytes: 2 ** 21 }
/** Widest element of a numpy array. */
const alignment = 8

/**
 * The bytes of a pickle, read forward once.
 *
 * Over bytes in memory payloads are views of them. Over a source they are views of slabs that the file is read into, each
 * moved back by a few bytes (over its own length field, which was read) so that typed arrays can be views of it: a
 * 500 MB file then costs 500 MB, once, and no copy.
 */
export class PickleInput implements PickleContext {
  readonly file: string
  readonly size: number
  readonly #source: ByteSource | null
  readonly #buffering: PickleBuffering
  #slab: Buffer
  #view: DataView
  #position: number
  /** Bytes of the slab that are filled, and where in the file they end. */
  #filled: number
  #filledOffset: number
  /** End of the last payload in the slab: what lies before must not be written to. */
  #payloadEnd = 0

  constructor(input: Uint8Array | ByteSource, file: string, start = 0, buffering = defaultBuffering) {
    this.#buffering = buffering
    this.file = file
    const inMemory = input instanceof Uint8Array
    this.#source = inMemory ? null : input
    this.size = inMemory ? input.byteLength : input.size
    this.#slab = inMemory
      ? Buffer.from(input.buffer, input.byteOffset, input.byteLength)
      : Buffer.allocUnsafeSlow(Math.min(buffering.slabBytes, Math.max(0, this.size - start)))
    this.#view = viewOf(this.#slab)
    this.#position = inMemory ? start : 0
    this.#filled = inMemory ? this.size : 0
    this.#filledOffset = inMemory ? this.size : start
  }

  offset(): number {
    return this.#filledOffset - this.#filled + this.#position
  }

  remaining(): number {
    return this.size - this.offset()
  }

  /** The next bytes, as many as there are up to `length`, without stepping over them. */
  peek(length: number): Uint8Array {
    const available = Math.min(length, this.remaining())
    this.#require(available)
    return this.#bytes(this.#position, available)
  }

  byte(): number {
    if (this.#position >= this.#filled) this.#require(1)
    return this.#slab[this.#position++]!
  }

  uint16(): number {
    const at = this.#take(2)
    return this.#view.getUint16(at, true)
  }

  int32(): number {
    const at = this.#take(4)
    return this.#view.getInt32(at, true)
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** A length of eight bytes; beyond 2^53 it cannot fit into any file. */
  length64(): number {
    const at = this.#take(8)
    return Number(this.#view.getBigUint64(at, true))
  }

  bigEndianFloat64(): number {
    const at = this.#take(8)
    return this.#view.getFloat64(at, false)
  }

  /** A length of four signed bytes, as old opcodes have it. */
  length32Signed(): number {
    const length = this.int32()
    if (length < 0) throw malformed(this, `a length of ${length} was found`, { length })
    return length
  }

  text(length: number): string {
    this.#checkTextLength(length)
    const at = this.#take(length)
    const text = decodeText(this.#slab, at, at + length)
    if (text === null) throw malformed(this, 'text that is not UTF-8 was found')
    return text
  }

  latin1(length: number): string {
    this.#checkTextLength(length)
    const at = this.#take(length)
    return this.#slab.toString('latin1', at, at + length)
  }

  /** Up to and without the next newline, as latin-1. */
  line(): string {
    for (let searched = 0; ;) {
      const newline = this.#slab.indexOf(10, this.#position + searched)
      if (newline >= 0 && newline < this.#filled) {
        this.#checkTextLength(newline - this.#position)
        const line = this.#slab.toString('latin1', this.#position, newline)
        this.#position = newline + 1
        return line
      }
      searched = this.#filled - this.#position
      const wanted = Math.min(this.remaining(), Math.max(this.#buffering.readBytes, searched * 2))
      if (wanted <= searched) throw this.#truncated('a line has no end')
      this.#require(wanted)
    }
  }

  /** The next bytes, in memory that stays; the length is checked against the file before any allocation. */
  payload(length: number): Uint8Array {
    if (this.#source && length >= this.#buffering.ownBufferBytes) return this.#ownPayload(this.#source, length)
    const start = this.#take(length)
    const shift = this.#source ? start % alignment : 0
    if (shift === 0) {
      this.#payloadEnd = start + length
      return this.#bytes(start, length)
    }
    if (start - shift < this.#payloadEnd) return new Uint8Array(this.#bytes(start, length))
    this.#slab.copyWithin(start - shift, start, start + length)
    this.#payloadEnd = start - shift + length
    return this.#bytes(start - shift, length)
  }

  /** A buffer of its own, which starts with what was read ahead. */
  #ownPayload(source: ByteSource, length: number): Uint8Array {
    this.#checkLength(length)
    const bytes = new Uint8Array(length)
    const ahead = Math.min(length, this.#filled - this.#position)
    bytes.set(this.#bytes(this.#position, ahead))
    this.#position += ahead
    if (ahead === length) return bytes
    source.readInto(this.#filledOffset, bytes.subarray(ahead))
    this.#filledOffset += length - ahead
    return bytes
  }

  #bytes(start: number, length: number): Uint8Array {
    return new Uint8Array(this.#slab.buffer, this.#slab.byteOffset + start, length)
  }

  /** Makes sure of the next bytes and steps over them; answers where they start in the slab. */
  #take(length: number): number {
    if (this.#position + length > this.#filled) this.#require(length)
    const start = this.#position
    this.#position = start + length
    return start
  }

  /** Makes the next `length` bytes lie in the slab. */
  #require(length: number): void {
    if (this.#position + length <= this.#filled) return
    this.#checkLength(length)
    if (this.#position + length > this.#slab.byteLength) this.#startSlab(length)
    const wanted = this.#position + length - this.#filled
    const room = Math.min(this.#slab.byteLength - this.#filled, this.size - this.#filledOffset)
    const end = this.#filled + Math.min(room, Math.max(wanted, this.#buffering.readBytes))
    this.#source!.readInto(this.#filledOffset, this.#slab.subarray(this.#filled, end))
    this.#filledOffset += end - this.#filled
    this.#filled = end
  }

  /** A new slab, which starts with what was read ahead; the old one lives on in its payloads. */
  #startSlab(length: number): void {
    const ahead = this.#slab.subarray(this.#position, this.#filled)
    const left = ahead.byteLength + this.size - this.#filledOffset
    this.#slab = Buffer.allocUnsafeSlow(Math.min(left, Math.max(length, this.#buffering.slabBytes)))
    this.#slab.set(ahead)
    this.#view = viewOf(this.#slab)
    this.#position = 0
    this.#filled = ahead.byteLength
    this.#payloadEnd = 0
  }

  /** The engine's own limit for a string, about half a gigabyte. */
  #checkTextLength(length: number): void {
    this.#checkLength(length)
    if (length <= constants.MAX_STRING_LENGTH) return
    throw pickleError(this, 'too-large', `a text of ${length} bytes was found`, { length })
  }

  #checkLength(length: number): void {
    const remaining = this.remaining()
    if (length > remaining) throw this.#truncated(`${length} more bytes are announced but ${remaining} follow`)
  }

  #truncated(what: string) {
    return pickleError(this, 'truncated', `the file ends too early (${what}); copy or export it again`)
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
