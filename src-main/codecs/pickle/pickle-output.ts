import { Buffer } from 'node:buffer'
import { opcode } from './opcodes.ts'

/** Python's own frame size. Payloads this long go between frames, uncopied. */
const frameBytes = 65_536
const frameHeaderBytes = 9
/** A frame ends at the first opcode behind its size, and one opcode with its payload is shorter than a frame. */
const frameCapacity = frameHeaderBytes + 2 * frameBytes

interface SizedOpcodes {
  readonly short: number
  readonly long: number
  readonly huge: number
}

/**
 * The bytes of a pickle of protocol 4, collected into frames. Whoever fills it takes the finished pieces out in
 * between; pieces are never written to again, and long payloads come out as they were given.
 */
export class PickleOutput {
  #frame: Buffer = Buffer.allocUnsafeSlow(frameCapacity)
  #used = frameHeaderBytes
  #unframedBytes = 0
  #ready: Uint8Array[] = [Uint8Array.of(opcode.PROTO, 4)]

  /** Finished pieces since the last call, in order. */
  take(): readonly Uint8Array[] {
    if (this.#ready.length === 0) return this.#ready
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  /** Starts an operation; its arguments follow. */
  opcode(code: number): void {
    if (this.#used >= frameBytes) this.endFrame()
    this.byte(code)
  }

  byte(value: number): void {
    this.#frame[this.#used] = value
    this.#used += 1
  }

  uint16(value: number): void {
    this.#used = this.#frame.writeUInt16LE(value, this.#used)
  }

  int32(value: number): void {
    this.#used = this.#frame.writeInt32LE(value, this.#used)
  }

  uint32(value: number): void {
    this.#used = this.#frame.writeUInt32LE(value, this.#used)
  }

  bigEndianFloat64(value: number): void {
    this.#used = this.#frame.writeDoubleBE(value, this.#used)
  }

  /** Opcode and length, the opcode chosen by the length as Python does; the payload follows by `payload`. */
  sizedOpcode(codes: SizedOpcodes, length: number): void {
    const unframed = length >= frameBytes
    if (unframed) this.endFrame()
    if (length < 2 ** 8) {
      this.opcode(codes.short)
      this.byte(length)
    } else if (length < 2 ** 32) {
      this.opcode(codes.long)
      this.uint32(length)
    } else {
      this.opcode(codes.huge)
      this.#used = this.#frame.writeBigUInt64LE(BigInt(length), this.#used)
    }
    if (!unframed) return
    this.endFrame(false)
    this.#unframedBytes = length
  }

  /** The payload of `sizedOpcode`, in one or more pieces, which must not be changed afterwards. */
  payload(bytes: Uint8Array): void {
    if (this.#unframedBytes > 0) {
      this.#unframedBytes -= bytes.byteLength
      this.#ready.push(bytes)
      return
    }
    this.#frame.set(bytes, this.#used)
    this.#used += bytes.byteLength
  }

  /** Closes the frame, without a header where a frame is not wanted or too short for one. */
  endFrame(framed = true): void {
    const length = this.#used - frameHeaderBytes
    if (length === 0) return
    const start = framed && length >= 4 ? 0 : frameHeaderBytes
    this.#frame[0] = opcode.FRAME
    this.#frame.writeBigUInt64LE(BigInt(length), 1)
    this.#ready.push(this.#frame.subarray(start, this.#used))
    this.#frame = Buffer.allocUnsafeSlow(frameCapacity)
    this.#used = frameHeaderBytes
  }
}
