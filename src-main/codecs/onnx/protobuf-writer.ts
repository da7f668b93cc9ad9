const utf8 = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(4))

/** Byte strings up to this length are copied into the running buffer; longer ones are kept by reference until `finish`. */
const copyLimit = 256

/**
 * Writes protobuf fields. Nested messages are writers of their own; large byte strings are copied only once, into the
 * final array, so that a model with hundreds of megabytes of weights costs its own size and no more.
 */
export class ProtobufWriter {
  #chunks: Uint8Array[] = []
  #chunkBytes = 0
  #buffer = new Uint8Array(256)
  #used = 0

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#chunkBytes + this.#used
  }

  /** An int32, int64, enum or bool field; negative numbers take ten bytes, as protobuf has it. */
  integer(field: number, value: number | bigint): this {
    this.#tag(field, 0)
    this.#varint(value)
    return this
  }

  float(field: number, value: number): this {
    this.#tag(field, 5)
    scratch.setFloat32(0, value, true)
    this.#copy(new Uint8Array(scratch.buffer))
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2)
    this.#varint(value.byteLength)
    if (value.byteLength <= copyLimit) this.#copy(value)
    else this.#reference(value)
    return this
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value))
  }

  message(field: number, message: ProtobufWriter): this {
    this.#tag(field, 2)
    this.#varint(message.byteLength)
    message.#flush()
    if (message.#chunkBytes <= copyLimit) for (const chunk of message.#chunks) this.#copy(chunk)
    else for (const chunk of message.#chunks) this.#reference(chunk)
    return this
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#flush()
    const whole = new Uint8Array(this.#chunkBytes)
    let offset = 0
    for (const chunk of this.#chunks) {
      whole.set(chunk, offset)
      offset += chunk.byteLength
    }
    return whole
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType)
  }

  #varint(value: number | bigint): void {
    this.#reserve(10)
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      let rest = value
      while (rest > 127) {
        this.#buffer[this.#used++] = (rest & 127) | 128
        rest >>>= 7
      }
      this.#buffer[this.#used++] = rest
      return
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest > 127n) {
      this.#buffer[this.#used++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.#buffer[this.#used++] = Number(rest)
  }

  #copy(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength)
    this.#buffer.set(bytes, this.#used)
    this.#used += bytes.byteLength
  }

  #reference(bytes: Uint8Array): void {
    this.#flush()
    this.#chunks.push(bytes)
    this.#chunkBytes += bytes.byteLength
  }

  #reserve(byteLength: number): void {
    if (this.#used + byteLength <= this.#buffer.byteLength) return
    this.#flush()
    this.#buffer = new Uint8Array(Math.max(4096, byteLength))
  }

  #flush(): void {
    if (this.#used === 0) return
    this.#chunks.push(this.#buffer.subarray(0, this.#used))
    this.#chunkBytes += this.#used
    this.#buffer = this.#buffer.subarray(this.#used)
    this.#used = 0
  }
}
