import type { ByteSource } from '../bytes/byte-source.ts'
import { readPickle } from '../pickle/read-pickle.ts'
import type { PickleValue } from '../pickle/values.ts'
import { readZip } from '../zip/read-zip.ts'
import type { Zip } from '../zip/read-zip.ts'
import { checkpointError } from './checkpoint-error.ts'
import { parseStorageReference } from './storage-reference.ts'
import { torchGlobals } from './torch-globals.ts'
import { TorchStorage } from './torch-storage.ts'

/** What a checkpoint file holds, before its state dict is looked for. */
export interface CheckpointContents {
  readonly value: PickleValue
  readonly byteOrder: 'little' | 'big'
}

/** The zip form (torch 1.6 and later): `<root>/data.pkl`, `<root>/data/<key>`, sometimes `<root>/byteorder`. */
export function readZipCheckpoint(source: ByteSource, file: string): CheckpointContents {
  const zip = readZip(source, { file })
  const root = findRoot(zip, file)
  const byteOrder = readByteOrder(zip, root, file)
  const storages = new Map<string, TorchStorage>()
  const persistentLoad = (id: PickleValue): TorchStorage => {
    const reference = parseStorageReference(id, file)
    const name = `${root}data/${reference.key}`
    const known = storages.get(`${reference.type} ${name}`)
    if (known) return known
    const entry = zip.entries.get(name)
    if (!entry) {
      throw checkpointError(file, 'storage-missing', `the numbers "${name}" are missing; copy or download it again`, {
        storage: name,
      })
    }
    if (entry.bytes < reference.byteLength) {
      const sentence = `"${name}" holds ${entry.bytes} bytes where ${reference.byteLength} are needed; the file is damaged`
      throw checkpointError(file, 'out-of-bounds', sentence, { storage: name, stored: entry.bytes })
    }
    const storage = new TorchStorage(reference.key, reference.type, reference.byteLength, byteOrder === 'big', {
      read: () => zip.read(entry),
      fileOffset: () => zip.storedOffset(entry),
    })
    storages.set(`${reference.type} ${name}`, storage)
    return storage
  }
  const pickle = zip.read(zip.entries.get(`${root}data.pkl`)!)
  return { value: readPickle(pickle, { file, globals: torchGlobals, persistentLoad }), byteOrder }
}

/** The folder of data.pkl, with its slash; any name, since people zip and rename these files. */
function findRoot(zip: Zip, file: string): string {
  const roots = [...zip.entries.keys()]
    .filter((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
    .filter((name) => !name.startsWith('__MACOSX/'))
    .map((name) => name.slice(0, -'data.pkl'.length))
    .sort((left, right) => left.length - right.length)
  const [root] = roots
  if (root === undefined) {
    throw checkpointError(file, 'not-torch', 'it is a zip but no torch checkpoint (there is no data.pkl in it)')
  }
  if (zip.entries.has(`${root}constants.pkl`)) {
    throw checkpointError(
      file,
      'torchscript',
      'it is a TorchScript program; save its state_dict() with torch.save instead',
    )
  }
  return root
}

function readByteOrder(zip: Zip, root: string, file: string): 'little' | 'big' {
  const entry = zip.entries.get(`${root}byteorder`)
  if (!entry) return 'little'
  const text = new TextDecoder().decode(zip.read(entry)).trim()
  if (text === 'little' || text === 'big') return text
  throw checkpointError(file, 'malformed', `its byte order is given as "${text.slice(0, 20)}"`)
}
