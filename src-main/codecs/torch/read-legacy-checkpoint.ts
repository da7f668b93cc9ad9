import type { ByteSource } from '../bytes/byte-source.ts'
import { readPickleAt } from '../pickle/read-pickle.ts'
import type { ReadPickleOptions } from '../pickle/read-pickle.ts'
import type { PickleValue } from '../pickle/values.ts'
import { checkpointError } from './checkpoint-error.ts'
import type { CheckpointContents } from './read-zip-checkpoint.ts'
import { parseStorageReference } from './storage-reference.ts'
import { torchGlobals } from './torch-globals.ts'
import { storageElementBytes, TorchStorage } from './torch-storage.ts'

/** What torch puts first into its legacy files. */
const magicNumber = 0x1950a86a20f9469cfc6cn
const legacyVersion = 1001
const lengthBytes = 8

/** The first pickle of a legacy file: protocol 2, LONG1 of ten bytes, the magic number. */
export const legacyStart: readonly number[] = [
  0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
]

/**
 * The stream form (torch before 1.6, and `_use_new_zipfile_serialization=False`): five pickles one after the other
 * (magic number, version, system, contents, storage keys), then each storage as its length and its bytes.
 */
export function readLegacyCheckpoint(source: ByteSource, file: string): CheckpointContents {
  let position = 0
  const next = (options: Omit<ReadPickleOptions, 'file' | 'start'> = {}): PickleValue => {
    const { value, end } = readPickleAt(source, { file, start: position, ...options })
    position = end
    return value
  }
  if (next() !== magicNumber || next() !== legacyVersion) {
    throw checkpointError(file, 'not-torch', 'it is no torch checkpoint of a version that is read')
  }
  const byteOrder = readSystem(next(), file)
  const storages = new Map<string, TorchStorage>()
  const persistentLoad = (id: PickleValue): TorchStorage => {
    const { key, type, byteLength } = parseStorageReference(id, file)
    const known = storages.get(key)
    if (known) return known
    const storage = new TorchStorage(key, type, byteLength, byteOrder === 'big', null)
    storages.set(key, storage)
    return storage
  }
  const value = next({ globals: torchGlobals, persistentLoad })
  bindStorages(source, { keys: next(), position: () => position, storages, file })
  return { value, byteOrder }
}

function readSystem(system: PickleValue, file: string): 'little' | 'big' {
  const littleEndian = system instanceof Map ? system.get('little_endian') : undefined
  if (typeof littleEndian !== 'boolean') {
    throw checkpointError(file, 'malformed', 'it does not say its byte order; the file is damaged')
  }
  return littleEndian ? 'little' : 'big'
}

interface Unbound {
  readonly keys: PickleValue
  readonly position: () => number
  readonly storages: ReadonlyMap<string, TorchStorage>
  readonly file: string
}

function bindStorages(source: ByteSource, { keys, position, storages, file }: Unbound): void {
  if (!Array.isArray(keys)) throw checkpointError(file, 'malformed', 'its list of storages is missing')
  let offset = position()
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    if (!storage) throw checkpointError(file, 'malformed', 'it lists a storage that no tensor uses')
    if (offset + lengthBytes + storage.byteLength > source.size) {
      throw checkpointError(
        file,
        'storage-missing',
        `the file ends before the numbers "${storage.key}"; copy it again`,
        {
          storage: storage.key,
        },
      )
    }
    const header = source.read(offset, lengthBytes)
    const view = new DataView(header.buffer, header.byteOffset, lengthBytes)
    const length = Number(view.getBigInt64(0, !storage.bigEndian)) * storageElementBytes(storage)
    if (length !== storage.byteLength) {
      throw checkpointError(
        file,
        'out-of-bounds',
        `the numbers "${storage.key}" have another length than their tensors need`,
        {
          storage: storage.key,
        },
      )
    }
    const start = offset + lengthBytes
    storage.bind({ read: () => source.read(start, length), fileOffset: () => start })
    offset = start + length
  }
  const missing = [...storages.values()].find((storage) => !storage.isBound)
  if (missing) {
    throw checkpointError(file, 'storage-missing', `the numbers "${missing.key}" are missing`, { storage: missing.key })
  }
}
