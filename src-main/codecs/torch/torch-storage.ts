import { elementBytes } from '../elements/element-type.ts'
import type { ElementType } from '../elements/element-type.ts'
import { PickleExtension } from '../pickle/values.ts'

/** Where a storage's bytes are to be had. */
export interface StorageBytes {
  /** All bytes, in the order of the file. */
  read(): Uint8Array
  /** Offset in the file; null where they are compressed. */
  fileOffset(): number | null
}

/**
 * The memory behind one or more tensors, read on demand. What was read is shared by tensors that use it at the same time
 * and may be collected after that.
 */
export class TorchStorage extends PickleExtension {
  readonly key: string
  /** Null for an untyped storage, whose tensors say their type themselves. */
  readonly type: ElementType | null
  readonly byteLength: number
  readonly bigEndian: boolean
  #bytes: StorageBytes | null
  #cached: WeakRef<Uint8Array> | null = null

  constructor(
    key: string,
    type: ElementType | null,
    byteLength: number,
    bigEndian: boolean,
    bytes: StorageBytes | null,
  ) {
    super()
    this.key = key
    this.type = type
    this.byteLength = byteLength
    this.bigEndian = bigEndian
    this.#bytes = bytes
  }

  /** In legacy files the bytes come after the tensors that refer to them. */
  bind(bytes: StorageBytes): void {
    this.#bytes = bytes
  }

  get isBound(): boolean {
    return this.#bytes !== null
  }

  read(): Uint8Array {
    const cached = this.#cached?.deref()
    if (cached) return cached
    const bytes = this.#bytes!.read()
    this.#cached = new WeakRef(bytes)
    return bytes
  }

  /** Null where the bytes in the file are not those in memory. */
  get fileOffset(): number | null {
    return this.bigEndian ? null : this.#bytes!.fileOffset()
  }
}

export const storageElementBytes = (storage: TorchStorage): number => (storage.type ? elementBytes(storage.type) : 1)
