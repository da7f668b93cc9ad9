import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { opcode } from '#main/codecs/pickle/opcodes.ts'
import { checkFinite } from '#main/codecs/torch/check-finite.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { writeZipChunks } from '#main/codecs/zip/write-zip.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import { call, global, pickleBytes, protocol, shape, small, text } from '../../../support/pickle-bytes.ts'
import type { Part } from '../../../support/pickle-bytes.ts'
import { expectedTensors, listTensors, torchFixture } from '../../../support/torch-fixtures.ts'

const file = 'model.pth'
const read = (content: Uint8Array) => readCheckpoint(bytesSource(content), { file })
const pick = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, expectedTensors[name]]))
const three = pick('float32', 'base', 'transposed')

describe('checkpoints that torch wrote', () => {
  it.each(['zip', 'legacy'])('%s: every type, stride, offset and shared storage', (name) => {
    const checkpoint = read(torchFixture(name))
    expect(listTensors(checkpoint)).toEqual(expectedTensors)
    expect([...checkpoint.tensors.keys()]).toEqual(Object.keys(expectedTensors))
  })

  it.each(['small', 'deflated', 'no-root', 'zip64', 'big-endian'])('%s', (name) => {
    const checkpoint = read(torchFixture(name))
    expect(listTensors(checkpoint)).toEqual(three)
    expect(checkpoint.byteOrder).toBe(name === 'big-endian' ? 'big' : 'little')
    expect(checkpoint.path).toEqual([])
  })

  it.each([
    ['nested', ['state_dict'], ['epoch', 'optimizer']],
    ['nested-twice', ['model', 'state_dict'], ['name']],
  ])('%s: the state dict is found and its module. prefix taken off', (name, path, extra) => {
    const checkpoint = read(torchFixture(name))
    expect(listTensors(checkpoint)).toEqual(three)
    expect(checkpoint.path).toEqual(path)
    expect([...checkpoint.extra.keys()]).toEqual(extra)
  })

  it('tells where contiguous tensors lie in the file', () => {
    for (const name of ['zip', 'legacy']) {
      const content = torchFixture(name)
      const { tensors } = read(content)
      const base = tensors.get('base')!
      const { offset, length } = base.fileRange!
      expect(new Float32Array(content.slice(offset, offset + length).buffer)).toEqual(base.toFloat32())
      expect(tensors.get('transposed')!.fileRange).toBeNull()
      expect(tensors.get('offset')!.fileRange).toBeNull()
    }
    expect(read(torchFixture('deflated')).tensors.get('base')!.fileRange).toBeNull()
    expect(read(torchFixture('big-endian')).tensors.get('base')!.fileRange).toBeNull()
  })
})

describe('checkpoints that are refused', () => {
  it.each([
    ['ambiguous', 'checkpoint.ambiguous', { keys: ['encoder', 'decoder'] }],
    ['no-tensors', 'checkpoint.no-tensors', {}],
    ['complex', 'checkpoint.dtype-unsupported', { type: 'ComplexFloatStorage' }],
    ['module', 'pickle.global-refused', { global: 'torch.nn.modules.linear.Linear' }],
    ['missing-storage', 'checkpoint.storage-missing', { storage: 'small/data/1' }],
  ])('%s', (name, code, details) => {
    const error = thrownAppError(() => read(torchFixture(name)))
    expect(error.code).toBe(code)
    expect(error.details).toMatchObject({ file, ...details })
    expect(error.message).toContain(file)
  })

  it.each([
    ['an empty file', new Uint8Array(0)],
    ['text', Buffer.from('weights')],
    ['a plain pickle', pickleBytes(protocol(2), opcode.NONE, opcode.STOP)],
    ['a zip without data.pkl', Buffer.concat([...writeZipChunks([{ name: 'a.txt', pieces: [Buffer.from('a')] }])])],
  ])('%s is no torch checkpoint', (_name, content) => {
    expect(thrownAppError(() => read(content)).code).toBe('checkpoint.not-torch')
  })

  it.each([
    ['nan', 'weight', 1],
    ['infinite', 'weight', 1],
  ])('%s weights are named', (name, tensor, index) => {
    const { tensors } = read(torchFixture(name))
    const error = thrownAppError(() => checkFinite(tensors, file))
    expect(error.code).toBe('torch.weights-not-finite')
    expect(error.details).toEqual({ file, tensor, index })
  })

  it('finite weights are let through', () => {
    expect(() => checkFinite(read(torchFixture('zip')).tensors, file)).not.toThrow()
  })
})

describe('tensors that do not fit their storage', () => {
  const storage: Part = [
    [opcode.MARK, text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), small(4), opcode.TUPLE],
    opcode.BINPERSID,
  ]
  const tensor = (offset: Part, size: Part, stride: Part): Part =>
    call(global('torch._utils', '_rebuild_tensor_v2'), storage, offset, size, stride, opcode.NEWFALSE, opcode.NONE)
  const checkpoint = (value: Part, storageBytes = 16): Uint8Array => {
    const pickle = pickleBytes(protocol(2), opcode.EMPTY_DICT, text('w'), value, opcode.SETITEM, opcode.STOP)
    return Buffer.concat([
      ...writeZipChunks([
        { name: 'a/data.pkl', pieces: [pickle] },
        { name: 'a/data/0', pieces: [new Uint8Array(storageBytes)] },
      ]),
    ])
  }
  const huge: Part = [opcode.LONG1, 6, 0, 0, 0, 0, 0, 1]

  it('one that fits is read', () => {
    const { tensors } = read(checkpoint(tensor(small(0), shape(small(2), small(2)), shape(small(2), small(1)))))
    expect([...tensors.get('w')!.toFloat32()]).toEqual([0, 0, 0, 0])
  })

  it.each([
    ['a shape beyond the storage', tensor(small(0), shape(small(5)), shape(small(1)))],
    ['an offset beyond the storage', tensor(small(1), shape(small(4)), shape(small(1)))],
    ['a stride beyond the storage', tensor(small(0), shape(small(2)), shape(small(4)))],
    ['2^40 elements', tensor(small(0), shape(huge), shape(small(1)))],
    ['2^40 repeated elements', tensor(small(0), shape(huge), shape(small(0)))],
  ])('%s', (_name, value) => {
    expect(thrownAppError(() => read(checkpoint(value))).code).toBe('checkpoint.out-of-bounds')
  })

  it('a storage shorter than its tensors say', () => {
    const value = tensor(small(0), shape(small(1)), shape(small(1)))
    expect(thrownAppError(() => read(checkpoint(value, 15))).code).toBe('checkpoint.out-of-bounds')
  })

  it.each([
    ['a negative stride', tensor(small(0), shape(small(1)), shape([opcode.BININT, 255, 255, 255, 255]))],
    ['fewer strides than dimensions', tensor(small(0), shape(small(1), small(1)), shape(small(1)))],
    ['no storage', call(global('torch._utils', '_rebuild_tensor_v2'), text('x'), small(0), shape(), shape())],
  ])('%s', (_name, value) => {
    expect(thrownAppError(() => read(checkpoint(value))).code).toBe('pickle.malformed')
  })

  it('code in data.pkl is refused by name', () => {
    const error = thrownAppError(() => read(checkpoint(call(global('os', 'system'), text('echo owned')))))
    expect([error.code, error.details['global']]).toEqual(['pickle.global-refused', 'os.system'])
  })
})

describe.each(['small', 'legacy', 'deflated', 'zip64'])('%s, damaged', (name) => {
  /** Reads everything; anything but an AppError fails the test. */
  const outcome = (content: Uint8Array): string => {
    try {
      listTensors(read(content))
      return 'read'
    } catch (error) {
      if (error instanceof AppError) return error.code
      throw error
    }
  }

  it('cut at any byte is an AppError', () => {
    const content = torchFixture(name)
    for (let length = 0; length < content.byteLength; length += 1) {
      expect(outcome(content.subarray(0, length))).toMatch(/^(checkpoint|zip|pickle)\./)
    }
  })

  it('with any byte changed is a value or an AppError', () => {
    const content = torchFixture(name)
    let refused = 0
    for (let at = 0; at < content.byteLength; at += 1) {
      for (const flip of [0xff, 1 << (at & 7)]) {
        content[at]! ^= flip
        if (outcome(content) !== 'read') refused += 1
        content[at]! ^= flip
      }
    }
    expect(refused).toBeGreaterThan(content.byteLength / 4)
  })
})
