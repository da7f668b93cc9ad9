import { AppError } from '#shared/contract/app-error.ts'
import type { HeadState, Values } from './head-state.ts'
import type { SchedulerState } from './schedulers.ts'

/** One epoch of `training_history.json`; rates in percent, epochs from 1. */
export interface EpochRecord {
  readonly epoch: number
  readonly learningRate: number
  readonly train: { readonly loss: number; readonly accuracy: number }
  readonly val: {
    readonly loss: number
    readonly macroF1: number
    readonly macroF1NoNull: number
    readonly accuracy: number
    readonly accuracyNoNull: number
  }
}

export interface BestEpoch {
  readonly epoch: number
  /** Validation macro F1 (no-null), or the plain one where no class is Null. */
  readonly metric: number
  readonly weights: Values
  /** Steps made by then. */
  readonly steps: number
}

/** Where the training of one seed stands after an epoch: all it takes to go on as if it had never stopped. */
export interface TrainingState {
  readonly head: HeadState
  readonly schedule: SchedulerState
  readonly best: BestEpoch | null
  readonly history: readonly EpochRecord[]
}

/** Which training a state belongs to, and who made it. */
export interface StateOrigin {
  /** Identifies configuration and data. */
  readonly fingerprint: string
  /** Versions of Lectern that made its epochs, oldest first. */
  readonly versions: readonly string[]
}

const magic = 'LECTERN-TRAINING-1\n'

/** What is JSON in a state file. */
interface Header extends StateOrigin {
  readonly steps: number
  readonly schedule: SchedulerState
  readonly best: { readonly epoch: number; readonly metric: number; readonly steps: number } | null
  readonly history: readonly EpochRecord[]
  /** Groups of tensors in the file's order, each with names and lengths. */
  readonly tensors: readonly { readonly group: Group; readonly name: string; readonly length: number }[]
}

const groups = ['weights', 'firstMoments', 'secondMoments', 'best'] as const
type Group = (typeof groups)[number]

const valuesOf = (state: TrainingState, group: Group): Values =>
  group === 'best' ? (state.best?.weights ?? new Map<string, Float32Array>()) : state.head[group]

/** A state as pieces of a file: magic, length of the header (uint32), header (JSON), then little-endian float32 values. */
export function encodeTrainingState(state: TrainingState, { fingerprint, versions }: StateOrigin): Uint8Array[] {
  const tensors = groups.flatMap((group) =>
    [...valuesOf(state, group)].map(([name, values]) => ({ group, name, values })),
  )
  const { best } = state
  const header: Header = {
    fingerprint,
    versions,
    steps: state.head.steps,
    schedule: state.schedule,
    best: best && { epoch: best.epoch, metric: best.metric, steps: best.steps },
    history: state.history,
    tensors: tensors.map(({ group, name, values }) => ({ group, name, length: values.length })),
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, text.byteLength, true)
  const bytes = tensors.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return [new TextEncoder().encode(magic), length, text, ...bytes]
}

/**
 * Reads a state file and which versions made it. Null where it belongs to another training (other config or data).
 * @throws AppError `training.state-damaged`
 */
export function decodeTrainingState(
  bytes: Uint8Array,
  fingerprint: string,
  file: string,
): { readonly state: TrainingState; readonly versions: readonly string[] } | null {
  const start = magic.length + 4
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < start || new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic)
    throw damaged(file)
  const headerLength = view.getUint32(magic.length, true)
  const header = parseHeader(bytes.subarray(start, start + headerLength), file)
  if (header.fingerprint !== fingerprint) return null
  const values: Record<Group, Map<string, Float32Array>> = {
    weights: new Map(),
    firstMoments: new Map(),
    secondMoments: new Map(),
    best: new Map(),
  }
  let offset = start + headerLength
  for (const { group, name, length } of header.tensors) {
    if (offset + length * 4 > bytes.byteLength) throw damaged(file)
    // A copy: a view would need an offset that is a multiple of 4.
    values[group].set(name, new Float32Array(Uint8Array.from(bytes.subarray(offset, offset + length * 4)).buffer))
    offset += length * 4
  }
  const { weights, firstMoments, secondMoments } = values
  const state: TrainingState = {
    head: { weights, firstMoments, secondMoments, steps: header.steps },
    schedule: header.schedule,
    best: header.best && { ...header.best, weights: values.best },
    history: header.history,
  }
  return { state, versions: header.versions }
}

function parseHeader(bytes: Uint8Array, file: string): Header {
  try {
    // Written by encodeTrainingState and replaced as a whole file: what parses and has the fingerprint is such a header.
    return JSON.parse(new TextDecoder().decode(bytes)) as Header
  } catch {
    throw damaged(file)
  }
}

const damaged = (file: string): AppError =>
  new AppError(
    'training.state-damaged',
    `${file} is no state of a training that can be read. Delete it to train from the start.`,
    { file },
  )
