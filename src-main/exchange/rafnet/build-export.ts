import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { columnItems, integerColumn, numberOf, stringOf } from './columns.ts'
import { contextKeys } from './context-table.ts'
import type { PickleDict } from './context-table.ts'
import { exportCells } from './export-cells.ts'
import { plainToPickle } from './plain-to-pickle.ts'
import { sameKind } from './same-kind.ts'
import { columnLength, selectRows } from './select-rows.ts'
import type { FeatureWritePlan, WriteRow } from './write-plan.ts'

/** The form of one source, loaded. */
export interface SourceForm {
  readonly dict: PickleDict
  readonly rows: number
  /** The sidecar's dict, whole; null where there is none. */
  readonly sidecar: PickleDict | null
}

/** A plan whose rows are unpacked. */
export interface RowPlan extends Omit<FeatureWritePlan, 'rows'> {
  readonly rows: readonly WriteRow[]
}

export interface BuiltExport {
  readonly file: PickleDict
  readonly sidecar: PickleDict | null
}

/** Lists under `metadata` that count something else than students, even where they happen to be as long. */
const notColumns: ReadonlySet<string> = new Set([
  'modalities',
  'modal_feature_dims',
  'label_names',
  'class_names',
  'lectern',
])

const dictAt = (dict: PickleDict | null, key: string): PickleDict | null => {
  const value = dict?.get(key)
  return value instanceof Map ? value : null
}

/** Whether the export is one source's rows, all of them, in order and unchanged: columns are then taken over untouched. */
function isUnchanged(plan: RowPlan, forms: readonly SourceForm[]): boolean {
  return (
    forms.length === 1 &&
    plan.rows.length === forms[0]!.rows &&
    plan.rows.every(({ row, label, box, drawn }, index) => row === index && label === null && !box && !drawn)
  )
}

/** `person_idx` of drawn students: they follow the students of their photo in the source. */
function personIndices(plan: RowPlan, forms: readonly SourceForm[]): Map<number, number> {
  const indices = new Map<number, number>()
  if (!plan.rows.some(({ drawn }) => drawn)) return indices
  const next = forms.map(({ dict, sidecar, rows }) => {
    const value = (dictAt(dict, 'context') ?? sidecar)?.get(contextKeys.personIndex) ?? null
    const persons =
      value === null ? null : integerColumn(value, rows, { file: 'the source', key: 'context.person_idx' })
    const counts = new Map<string, number>()
    const paths = columnItems(dictAt(dict, 'metadata')?.get('img_paths')) ?? []
    paths.forEach((path, row) => {
      const name = stringOf(path) ?? ''
      counts.set(name, Math.max(counts.get(name) ?? 0, (persons?.[row] ?? row) + 1))
    })
    return counts
  })
  plan.rows.forEach(({ drawn, source }, index) => {
    if (!drawn) return
    const person = next[source]?.get(drawn.imgPath) ?? 0
    next[source]?.set(drawn.imgPath, person + 1)
    indices.set(index, person)
  })
  return indices
}

type ColumnSelector = (key: string, value: PickleValue, others: readonly (PickleDict | null)[]) => PickleValue

function columnSelector(plan: RowPlan, forms: readonly SourceForm[]): ColumnSelector {
  if (isUnchanged(plan, forms)) return (_key, value) => value
  const persons = personIndices(plan, forms)
  return (key, value, dicts) => {
    if (notColumns.has(key) || columnLength(value) !== forms[0]!.rows) return value
    const columns = dicts.map((dict, index) => (index === 0 ? value : dict?.get(key)))
    return selectRows(columns, exportCells(key, plan.rows, persons))
  }
}

function selectDict(dict: PickleDict, dicts: readonly (PickleDict | null)[], select: ColumnSelector): PickleDict {
  const selected = sameKind(dict)
  for (const [key, value] of dict) selected.set(key, typeof key === 'string' ? select(key, value, dicts) : value)
  return selected
}

/** `modalities` and `modal_feature_dims` without what is left out; `n_samples` counts the rows written. */
function adjustMetadata(metadata: PickleDict, plan: RowPlan, sourceRows: number): void {
  const kept = new Set(plan.modalities.map(({ name }) => name))
  const left = new Set(plan.sources[0]!.modalities.filter((name) => !kept.has(name)))
  const stated = metadata.get('modalities')
  const widths = metadata.get('modal_feature_dims')
  const isLeft = (name: PickleValue): boolean => left.has(stringOf(name) ?? '')
  if (left.size > 0 && Array.isArray(stated))
    metadata.set(
      'modalities',
      stated.filter((name) => !isLeft(name)),
    )
  if (left.size > 0 && widths instanceof Map) {
    const fitting = sameKind(widths)
    for (const [name, width] of widths) if (!isLeft(name)) fitting.set(name, width)
    metadata.set('modal_feature_dims', fitting)
  }
  const samples = metadata.get('n_samples') ?? null
  if (samples !== null && numberOf(samples) === sourceRows && plan.rows.length !== sourceRows) {
    metadata.set('n_samples', plan.rows.length)
  }
}

function buildMetadata(plan: RowPlan, forms: readonly SourceForm[], select: ColumnSelector): PickleDict {
  const dicts = forms.map(({ dict }) => dictAt(dict, 'metadata'))
  const metadata = selectDict(dicts[0] ?? new Map<PickleValue, PickleValue>(), dicts, select)
  adjustMetadata(metadata, plan, forms[0]!.rows)
  const previous = metadata.get('lectern')
  const record = plainToPickle(plan.lectern) as PickleDict
  if (previous !== undefined) record.set('previous', previous)
  metadata.delete('lectern')
  metadata.set('lectern', record)
  return metadata
}

/** Labels for a source that has none: RAFNet's usual int64 array, −1 where nobody gave one. */
function newLabels(plan: RowPlan): NdArray {
  return NdArray.of(
    'int64',
    BigInt64Array.from(plan.rows, ({ label }) => BigInt(label ?? -1)),
  )
}

/**
 * The dicts to write: every key of the first source in its order, container and dtype, with the plan's rows. `vectors` gives the value of
 * a modality that is written; other modalities of the source are left out.
 */
export function buildExport(
  plan: RowPlan,
  forms: readonly SourceForm[],
  vectors: ReadonlyMap<string, PickleValue>,
): BuiltExport {
  const select = columnSelector(plan, forms)
  const base = forms[0]!.dict
  const dicts = forms.map(({ dict }) => dict)
  const file = sameKind(base)
  const sourceModalities = new Set(plan.sources[0]!.modalities)
  const hasLabels = base.get('labels') !== undefined && base.get('labels') !== null
  const added = plan.modalities.filter(({ name }) => !sourceModalities.has(name))
  const addModalities = (): void => {
    for (const { name } of added) if (!file.has(name)) file.set(name, vectors.get(name) ?? null)
  }
  for (const [key, value] of base) {
    if (key === 'labels' || key === 'metadata') addModalities()
    if (key === 'metadata') {
      if (!base.has('labels')) file.set('labels', newLabels(plan))
      file.set(key, buildMetadata(plan, forms, select))
    } else if (key === 'labels' && !hasLabels) file.set(key, newLabels(plan))
    else if (key === 'context' && value instanceof Map) {
      const contexts = forms.map(({ dict, sidecar }) => dictAt(dict, 'context') ?? sidecar)
      file.set(key, selectDict(value, contexts, select))
    } else if (typeof key === 'string' && sourceModalities.has(key)) {
      const written = vectors.get(key)
      if (written !== undefined) file.set(key, written)
    } else file.set(key, typeof key === 'string' ? select(key, value, dicts) : value)
  }
  return { file, sidecar: buildSidecar(forms, select) }
}

function buildSidecar(forms: readonly SourceForm[], select: ColumnSelector): PickleDict | null {
  const base = forms[0]!.sidecar
  if (!base) return null
  const contexts = forms.map(({ dict, sidecar }) => dictAt(sidecar, 'context') ?? sidecar ?? dictAt(dict, 'context'))
  const inner = dictAt(base, 'context')
  if (!inner) return selectNested(base, contexts, forms, select)
  const sidecar = sameKind(base)
  for (const [key, value] of base) sidecar.set(key, key === 'context' ? selectDict(inner, contexts, select) : value)
  return sidecar
}

/** A sidecar with its columns at the top level; its own `metadata` may hold columns too. */
function selectNested(
  base: PickleDict,
  contexts: readonly (PickleDict | null)[],
  forms: readonly SourceForm[],
  select: ColumnSelector,
): PickleDict {
  const sidecar = selectDict(base, contexts, select)
  const metadata = dictAt(base, 'metadata')
  if (metadata)
    sidecar.set(
      'metadata',
      selectDict(
        metadata,
        forms.map((form) => dictAt(form.sidecar, 'metadata')),
        select,
      ),
    )
  return sidecar
}
