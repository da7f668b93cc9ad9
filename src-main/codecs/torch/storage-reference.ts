import { elementBytes } from '../elements/element-type.ts'
import type { ElementType } from '../elements/element-type.ts'
import { PickleGlobal, PickleTuple } from '../pickle/values.ts'
import type { PickleValue } from '../pickle/values.ts'
import { checkpointError } from './checkpoint-error.ts'
import { storageClasses } from './torch-types.ts'

/** A tensor's pointer to its storage, as torch pickles it. */
export interface StorageReference {
  readonly key: string
  readonly type: ElementType | null
  readonly byteLength: number
}

/** Parses a persistent id `('storage', class, key, location, length[, view])`. */
export function parseStorageReference(id: PickleValue, file: string): StorageReference {
  const malformed = (): Error =>
    checkpointError(file, 'malformed', 'a tensor does not say where its numbers are; the file is damaged')
  if (!(id instanceof PickleTuple)) throw malformed()
  const [kind, storageClass, key, , length, view] = id.items
  if (kind !== 'storage' || !(storageClass instanceof PickleGlobal) || typeof key !== 'string') throw malformed()
  if (typeof length !== 'number' || length < 0) throw malformed()
  if (view !== undefined && view !== null) {
    throw checkpointError(
      file,
      'view-unsupported',
      'it shares storages as torch before 0.4 did; load and save it again',
    )
  }
  const name = storageClass.qualifiedName
  const type = storageClasses.get(name) ?? null
  if (!type && name !== 'UntypedStorage') {
    throw checkpointError(file, 'dtype-unsupported', `it holds numbers of torch.${name}, which are not read`, {
      type: name,
    })
  }
  return { key, type, byteLength: length * (type ? elementBytes(type) : 1) }
}
