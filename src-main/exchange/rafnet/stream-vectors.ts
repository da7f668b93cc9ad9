import { closeSync, openSync, readSync } from 'node:fs'
import { positionedSource } from '#main/codecs/bytes/byte-source.ts'
import { swapByteOrder, viewElements } from '#main/codecs/elements/element-type.ts'
import { elementsToFloat64 } from '#main/codecs/elements/to-float.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { isElementType, parseDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import type { NumpyDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { NdArrayStream, PickleListStream } from '#main/codecs/pickle/streams.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { readFailure } from '../files.ts'
import { encodeNumbers } from './pickle-cells.ts'
import type { WriteModality } from './write-plan.ts'

const blockBytes = 2 ** 22

interface Run {
  readonly file: number
  readonly row: number
  readonly count: number
}

/** Rows that lie one after the other in one file, at most `most` at a time: they are read in one go. */
function* runsOf(modality: WriteModality, most: number): Generator<Run> {
  const { fileOfRow, rows } = modality
  for (let start = 0; start < rows.length;) {
    let end = start + 1
    const follows = (index: number): boolean =>
      fileOfRow[index] === fileOfRow[start] && rows[index] === rows[start]! + index - start
    while (end < rows.length && end - start < most && follows(end)) end += 1
    yield { file: fileOfRow[start]!, row: rows[start]!, count: end - start }
    start = end
  }
}

const dtypeOf = (descriptor: string): NumpyDtype => {
  const dtype = parseDtype(descriptor)
  if (!dtype || !isElementType(dtype.type)) throw new RangeError(`${descriptor} is no dtype of numbers`)
  return dtype
}

/** Little-endian bytes of one dtype as bytes of another, in its byte order. */
function convert(bytes: Uint8Array, from: NumpyDtype, to: NumpyDtype): Uint8Array {
  if (from.type === to.type) return to.byteOrder === 'big' ? swapByteOrder(bytes, to.itemBytes) : bytes
  if (!isElementType(from.type)) throw new RangeError(`${from.descriptor} holds no numbers`)
  return encodeNumbers(to, elementsToFloat64(from.type, viewElements(from.type, bytes)))
}

/** Blocks of whole rows in export order, a few MiB each, in the dtype to write. Reads the files with positioned reads, never whole. */
export function* vectorBlocks(modality: WriteModality): Generator<Uint8Array> {
  const target = dtypeOf(modality.form.dtype)
  const descriptors: number[] = []
  try {
    const sources = modality.files.map(({ file, dtype: code }) => {
      const descriptor = openSync(file, 'r')
      descriptors.push(descriptor)
      const readAt = (into: Uint8Array, offset: number): number =>
        readSync(descriptor, into, 0, into.byteLength, offset)
      const dtype = dtypeOf(code)
      return { dtype, rowBytes: dtype.itemBytes * modality.width, bytes: positionedSource(Infinity, readAt) }
    })
    const most = Math.max(1, Math.floor(blockBytes / (modality.width * 8)))
    for (const { file, row, count } of runsOf(modality, most)) {
      const source = sources[file]!
      yield convert(source.bytes.read(row * source.rowBytes, count * source.rowBytes), source.dtype, target)
    }
  } catch (error) {
    throw readFailure(modality.files[0]?.file ?? modality.name, error)
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor)
  }
}

function* rowArrays(modality: WriteModality): Generator<PickleValue> {
  const dtype = dtypeOf(modality.form.dtype)
  const rowBytes = dtype.itemBytes * modality.width
  for (const block of vectorBlocks(modality)) {
    for (let start = 0; start < block.byteLength; start += rowBytes) {
      yield new NdArray(dtype, [modality.width], block.subarray(start, start + rowBytes))
    }
  }
}

/** A modality as the value to write, in its source's container; its vectors are read while the pickle is written. */
export function streamVectors(modality: WriteModality): PickleValue {
  const { form, width, rows } = modality
  if (form.container === 'array')
    return new NdArrayStream(dtypeOf(form.dtype), [rows.length, width], vectorBlocks(modality))
  if (form.container === 'objects') {
    const items = [...rowArrays(modality)]
    return new NdArray(parseDtype('O8')!, [items.length], new Uint8Array(0), { items })
  }
  return new PickleListStream(rowArrays(modality))
}
