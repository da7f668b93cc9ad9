import { Buffer } from 'node:buffer'
import { AppError } from '#shared/contract/app-error.ts'
import { elementCount } from '../elements/row-major.ts'
import { NdArray } from '../pickle/nd-array.ts'
import { parseDtype } from '../pickle/numpy-dtype.ts'

const magic = '\x93NUMPY'
const longestHeader = 65_536

function npyError(file: string, reason: string, sentence: string, details: Record<string, string | number> = {}) {
  return new AppError(`npy.${reason}`, `${file}: ${sentence}.`, { file, ...details })
}

/**
 * The array in a `.npy` file of format 1, 2 or 3; its bytes are a view of the input. Object arrays, which are pickles,
 * are refused.
 * @throws AppError `npy.not-npy`, `npy.malformed`, `npy.dtype-unsupported`, `npy.shape-mismatch`
 */
export function readNpy(bytes: Uint8Array, options: { readonly file: string }): NdArray {
  const { file } = options
  const { header, start } = readHeader(bytes, file)
  const descriptor = /'descr': *'([^']{1,20})'/.exec(header)?.[1]
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1]
  const dimensions = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1]
  if (order === undefined || dimensions === undefined) {
    throw npyError(
      file,
      'malformed',
      'its header does not say the shape of the array and order; save it again with numpy',
    )
  }
  const dtype = descriptor === undefined ? null : parseDtype(descriptor)
  if (!dtype || dtype.type === 'object') {
    const name = descriptor ?? 'structured'
    throw npyError(
      file,
      'dtype-unsupported',
      `an array of dtype "${name}" is not read; convert it to numbers or text`,
      {
        dtype: name,
      },
    )
  }
  const shape = (dimensions.match(/\d+/g) ?? []).map(Number)
  const content = bytes.subarray(start)
  const needed = elementCount(shape) * dtype.itemBytes
  if (needed !== content.byteLength || (dtype.itemBytes === 0 && elementCount(shape) > 0)) {
    throw npyError(
      file,
      'shape-mismatch',
      `an array of shape (${shape.join(', ')}) and ${dtype.descriptor} does not fit its ${content.byteLength} bytes`,
      {
        available: content.byteLength,
      },
    )
  }
  return new NdArray(dtype, shape, content, { fortranOrder: order === 'True' })
}

/** The header is the text of a Python dict, padded with spaces, behind a length of two bytes (format 1) or four. */
function readHeader(bytes: Uint8Array, file: string): { header: string; start: number } {
  const text = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString('latin1')
  if (text(0, magic.length) !== magic || bytes.byteLength < 12) {
    throw npyError(file, 'not-npy', 'it is no numpy file; choose one that numpy.save wrote')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6]!
  if (version < 1 || version > 3)
    throw npyError(file, 'not-npy', `it is a numpy file of format ${version}, which is not read`)
  const at = version === 1 ? 10 : 12
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > longestHeader || at + length > bytes.byteLength) {
    throw npyError(file, 'malformed', 'the file ends in its header; copy or save it again')
  }
  return { header: text(at, at + length), start: at + length }
}
