import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { readNpy } from '#main/codecs/npy/read-npy.ts'
import { readNpz } from '#main/codecs/npy/read-npz.ts'
import { writeZipChunks } from '#main/codecs/zip/write-zip.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import { findPython, runPython, withoutPython } from '../../../support/python.ts'

const file = 'noise.npy'

function npy(header: string, content: Uint8Array, version = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`, 'latin1')
  const length = version === 1 ? Buffer.alloc(2) : Buffer.alloc(4)
  length.writeUIntLE(text.length, 0, length.length)
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Uint8Array.of(version, 0), length, text, content])
}

const header = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`
const six = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer)

describe('npy', () => {
  it.each([
    ['format 1', npy(header("'<f4'", '(2, 3)'), six), [0, 1, 2, 3, 4, 5]],
    ['format 2', npy(header("'<f4'", '(2, 3)'), six, 2), [0, 1, 2, 3, 4, 5]],
    ['Fortran order', npy(header("'<f4'", '(2, 3)', 'True'), six), [0, 2, 4, 1, 3, 5]],
    ['one dimension', npy(header("'<f4'", '(6,)'), six), [0, 1, 2, 3, 4, 5]],
    ['a scalar', npy(header("'|b1'", '()'), Uint8Array.of(1)), [1]],
    ['nothing', npy(header("'>i8'", '(0, 4)'), new Uint8Array(0)), []],
    ['big-endian', npy(header("'>i2'", '(2,)'), Uint8Array.of(1, 0, 0, 1)), [256, 1]],
  ])('%s', (_name, content, values) => {
    expect([...readNpy(content, { file }).toFloat32()]).toEqual(values)
  })

  it.each([
    ['nothing', new Uint8Array(0), 'npy.not-npy'],
    ['a cut magic', Buffer.from('\x93NUM', 'latin1'), 'npy.not-npy'],
    ['format 9', npy(header("'<f4'", '(2, 3)'), six, 9), 'npy.not-npy'],
    ['a cut header', npy(header("'<f4'", '(2, 3)'), six).subarray(0, 40), 'npy.malformed'],
    ['no shape', npy("{'descr': '<f4', 'fortran_order': False}", six), 'npy.malformed'],
    ['an object array', npy(header("'|O'", '(1,)'), six), 'npy.dtype-unsupported'],
    ['a structured array', npy(header("[('a', '<f4')]", '(1,)'), six), 'npy.dtype-unsupported'],
    ['too few bytes', npy(header("'<f4'", '(7,)'), six), 'npy.shape-mismatch'],
    ['too many bytes', npy(header("'<f4'", '(5,)'), six), 'npy.shape-mismatch'],
    ['2^60 elements', npy(header("'<f4'", '(1152921504606846976,)'), six), 'npy.shape-mismatch'],
    ['2^40 elements of no width', npy(header("'|S0'", '(1099511627776,)'), new Uint8Array(0)), 'npy.shape-mismatch'],
  ])('%s is refused', (_name, content, code) => {
    expect(thrownAppError(() => readNpy(content, { file })).code).toBe(code)
  })
})

describe('npz', () => {
  it('gives its arrays by name', () => {
    const files = [
      { name: 'noise.npy', pieces: [npy(header("'<f4'", '(6,)'), six)] },
      { name: 'read.me', pieces: [Buffer.from('no array')] },
    ]
    const arrays = readNpz(Buffer.concat([...writeZipChunks(files)]), { file })
    expect([...arrays.keys()]).toEqual(['noise'])
    expect(arrays.get('noise')!.shape).toEqual([6])
  })

  const python = findPython('numpy')
  it.skipIf(!python)(`reads what numpy saves${python ? '' : ` (${withoutPython('numpy')})`}`, () => {
    const code = `
import io, numpy as np
buffer = io.BytesIO()
np.savez_compressed(buffer, a=np.asfortranarray(np.arange(6.0).reshape(2, 3)), b=np.array(["x", "yz"]))
print(buffer.getvalue().hex())
`
    const arrays = readNpz(Buffer.from(runPython(python ?? '', code).trim(), 'hex'), { file })
    expect(arrays.get('a')!.toValues()).toEqual([0, 1, 2, 3, 4, 5])
    expect(arrays.get('b')!.toValues()).toEqual(['x', 'yz'])
  })
})
