import type { AllowedGlobals, GlobalCall } from './allowed-globals.ts'
import { globalKey } from './allowed-globals.ts'
import { contentBytes, fillArray, makeDtype } from './numpy-state.ts'
import { NdArray } from './nd-array.ts'
import { NumpyDtype } from './numpy-dtype.ts'
import { NumpyScalar } from './numpy-scalar.ts'
import { malformed, pickleError } from './pickle-error.ts'

/** `scalar(dtype, bytes)`. */
const scalar: GlobalCall = ([dtype, content], context) => {
  const bytes = contentBytes(content)
  if (!(dtype instanceof NumpyDtype) || !bytes) throw malformed(context, 'a numpy scalar has no dtype or bytes')
  if (dtype.type === 'object') {
    throw pickleError(context, 'dtype-unsupported', 'a numpy scalar of dtype object was found', { dtype: 'O' })
  }
  if (bytes.byteLength !== dtype.itemBytes) {
    const sentence = `a numpy scalar of ${dtype.descriptor} has ${bytes.byteLength} bytes`
    throw pickleError(context, 'shape-mismatch', sentence, { dtype: dtype.descriptor, available: bytes.byteLength })
  }
  return new NumpyScalar(dtype, bytes)
}

/** `_frombuffer(buffer, dtype, shape, order)`: arrays in protocol 5. */
const fromBuffer: GlobalCall = ([content, dtype, shape, order], context) => {
  if (order !== 'C' && order !== 'F') throw malformed(context, 'a numpy array does not say its order')
  const array = NdArray.empty()
  fillArray(array, { shape, dtype, fortranOrder: order === 'F', content }, context)
  return array
}

const scalarTypes = ['bool', 'bool_', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64']
const floatTypes = ['float16', 'float32', 'float64', 'str_', 'bytes_']

/** Under the names of numpy 1; `currentName` brings those of numpy 2 here. */
export const numpyGlobals: AllowedGlobals = new Map<string, GlobalCall | null>([
  [globalKey('numpy.core.multiarray', '_reconstruct'), () => NdArray.empty()],
  [globalKey('numpy.core.multiarray', 'scalar'), scalar],
  [globalKey('numpy.core.numeric', '_frombuffer'), fromBuffer],
  [globalKey('numpy', 'dtype'), makeDtype],
  [globalKey('numpy', 'ndarray'), null],
  ...[...scalarTypes, ...floatTypes].map((name): [string, null] => [globalKey('numpy', name), null]),
])
