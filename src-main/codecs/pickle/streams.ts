import { AppError } from '#shared/contract/app-error.ts'
import { elementCount } from '../elements/row-major.ts'
import type { NumpyDtype } from './numpy-dtype.ts'
import { PickleExtension } from './values.ts'
import type { PickleValue } from './values.ts'

/** For writing only: a numpy array whose bytes come in pieces, so that it need never be held whole. */
export class NdArrayStream extends PickleExtension {
  readonly dtype: NumpyDtype
  readonly shape: readonly number[]
  readonly fortranOrder: boolean
  readonly #chunks: Iterable<Uint8Array>

  constructor(dtype: NumpyDtype, shape: readonly number[], chunks: Iterable<Uint8Array>, fortranOrder = false) {
    super()
    this.dtype = dtype
    this.shape = shape
    this.fortranOrder = fortranOrder
    this.#chunks = chunks
  }

  get byteLength(): number {
    return elementCount(this.shape) * this.dtype.itemBytes
  }

  /** The pieces; throws `pickle.stream-length` when they are not `byteLength` together. */
  *chunks(): Generator<Uint8Array> {
    let given = 0
    for (const chunk of this.#chunks) {
      given += chunk.byteLength
      if (given > this.byteLength) break
      yield chunk
    }
    if (given === this.byteLength) return
    throw new AppError(
      'pickle.stream-length',
      `An array of shape (${this.shape.join(', ')}) needs ${this.byteLength} bytes but was given ${given}; the export was stopped.`,
      { shape: this.shape.map(String), given, needed: this.byteLength },
    )
  }
}

/**
 * For writing only: a list whose items are made one by one. Its arrays are not remembered, so an array given twice
 * is written twice.
 */
export class PickleListStream extends PickleExtension {
  readonly items: Iterable<PickleValue>

  constructor(items: Iterable<PickleValue>) {
    super()
    this.items = items
  }
}
