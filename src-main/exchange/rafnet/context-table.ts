import { AppError } from '#shared/contract/app-error.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { integerColumn, matrixColumn, optionalStringColumn } from './columns.ts'
import type { ColumnPlace } from './columns.ts'
import type { ContextTable } from './feature-table.ts'

export type PickleDict = Map<PickleValue, PickleValue>

export const contextKeys = {
  boxesAbsolute: 'bbox_xyxy_abs',
  boxesNormalised: 'bbox_cxcywh_norm',
  imageSizes: 'image_hw',
  personIndex: 'person_idx',
  rooms: 'room_id',
  takenAt: 'datetime_iso',
  /** Room and day in one. */
  groups: 'group_key',
} as const

function imageSizes(value: PickleValue, rows: number, place: ColumnPlace): Int32Array {
  const matrix = matrixColumn(value, rows, 2, place)
  return integerColumn(Array.from(matrix), rows * 2, place)
}

/**
 * RAFNet's context from the dict that holds it; keys that are missing or None become null.
 * Throws `features.row-count` and `features.column-malformed` naming the key.
 */
export function readContext(dict: PickleDict, rows: number, origin: 'inside' | 'sidecar', file: string): ContextTable {
  const read = <Column>(key: string, parse: (value: PickleValue, place: ColumnPlace) => Column): Column | null => {
    const value = dict.get(key)
    return value === undefined || value === null ? null : parse(value, { file, key: `context.${key}` })
  }
  return {
    origin,
    file,
    boxesAbsolute: read(contextKeys.boxesAbsolute, (value, place) => matrixColumn(value, rows, 4, place)),
    boxesNormalised: read(contextKeys.boxesNormalised, (value, place) => matrixColumn(value, rows, 4, place)),
    imageSizes: read(contextKeys.imageSizes, (value, place) => imageSizes(value, rows, place)),
    rooms: read(contextKeys.rooms, (value, place) => optionalStringColumn(value, rows, place)),
    takenAt: read(contextKeys.takenAt, (value, place) => optionalStringColumn(value, rows, place)),
  }
}

/** The context dict of a sidecar: its top level, or what lies under `context`. Throws `features.context-malformed`. */
export function contextDictOf(sidecar: PickleValue, file: string): PickleDict {
  const inner = sidecar instanceof Map && sidecar.get('context') instanceof Map ? sidecar.get('context') : sidecar
  const known: readonly string[] = Object.values(contextKeys)
  if (inner instanceof Map && [...inner.keys()].some((key) => typeof key === 'string' && known.includes(key))) {
    return inner
  }
  throw new AppError(
    'features.context-malformed',
    `${file} holds no context: none of ${known.join(', ')} is there; choose RAFNet's context file, or none.`,
    { file },
  )
}
