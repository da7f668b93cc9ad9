import type { AppErrorData } from '#shared/contract/app-error.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type {
  Leakage,
  SeedProgress,
  TrainingEpoch,
  TrainingInfo,
  TrainingState,
  TrainingSummary,
} from '#shared/contract/training.ts'
import type { Store } from '../store.ts'

export interface NewTraining {
  readonly name: string
  /** Of its configuration and run folder below `trainingFolder`. */
  readonly runName: string
  /** JSON value: what was ordered. */
  readonly order: TrainingInfo['order']
  readonly family: string
  readonly modalities: readonly string[]
  readonly epochs: number
  readonly seeds: readonly number[]
  readonly students: TrainingInfo['students']
  readonly findings: readonly Finding[]
  readonly leakage: Leakage | null
  readonly createdAt: string
}

export interface TrainingRow extends Omit<NewTraining, 'seeds'> {
  readonly id: number
  readonly state: TrainingState
  /** Whether it only has to test what it learnt. */
  readonly ending: boolean
  /** JSON value: what its labels were; null before its data were written, and for data of files. */
  readonly labelState: unknown
  /** Whether configuration and data lie in its folder. */
  readonly prepared: boolean
  readonly summary: TrainingSummary | null
  readonly error: AppErrorData | null
  readonly modelIds: readonly number[]
  readonly endedAt: string | null
}

/** Folder below the project's for everything of a training; it goes when the training goes. */
export const trainingFolder = (trainingId: number): string => `training/${trainingId}`

/** Puts a training at the end of the queue. */
export function insertTraining(store: Store, training: NewTraining): number {
  return store.transaction(() => {
    const { id } = store
      .prepare(
        `INSERT INTO training (name, run_name, asked, state, family, modalities, epochs, students, findings, leakage, created_at)
         VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        training.name,
        training.runName,
        JSON.stringify(training.order),
        training.family,
        JSON.stringify(training.modalities),
        training.epochs,
        jsonOrNull(training.students),
        JSON.stringify(training.findings),
        jsonOrNull(training.leakage),
        training.createdAt,
      )
    const seed = store.prepare('INSERT INTO training_seed (training_id, seed, position) VALUES (?, ?, ?)')
    for (const [position, one] of training.seeds.entries()) seed.run(id, one, position)
    return id
  })
}

const jsonOrNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/** What may change of a training. */
export interface TrainingChange {
  readonly state?: TrainingState
  readonly ending?: boolean
  readonly students?: TrainingInfo['students']
  readonly findings?: readonly Finding[]
  readonly leakage?: Leakage | null
  readonly labelState?: unknown
  readonly prepared?: boolean
  readonly summary?: TrainingSummary | null
  readonly error?: AppErrorData | null
  readonly modelIds?: readonly number[]
  readonly endedAt?: string | null
}

const columnOf: Readonly<Record<keyof TrainingChange, string>> = {
  state: 'state',
  ending: 'ending',
  students: 'students',
  findings: 'findings',
  leakage: 'leakage',
  labelState: 'label_state',
  prepared: 'prepared',
  summary: 'summary',
  error: 'error',
  modelIds: 'model_ids',
  endedAt: 'ended_at',
}

/** Sets what is given; the rest stays. */
export function updateTraining(store: Store, trainingId: number, change: TrainingChange): void {
  const entries = Object.entries(change) as [keyof TrainingChange, unknown][]
  const values = entries.map(([key, value]) => {
    if (typeof value === 'boolean') return value ? 1 : 0
    return key === 'state' || key === 'endedAt' ? (value as string | null) : jsonOrNull(value)
  })
  const set = entries.map(([key]) => `${columnOf[key]} = ?`).join(', ')
  store.prepare(`UPDATE training SET ${set} WHERE id = ?`).run(...values, trainingId)
}

interface TrainingColumns extends Record<'asked' | 'modalities' | 'findings' | 'modelIds', string> {
  readonly id: number
  readonly name: string
  readonly runName: string
  readonly state: TrainingState
  readonly ending: number
  readonly family: string
  readonly epochs: number
  readonly students: string | null
  readonly leakage: string | null
  readonly labelState: string | null
  readonly prepared: number
  readonly summary: string | null
  readonly error: string | null
  readonly createdAt: string
  readonly endedAt: string | null
}

const columns = `id, name, run_name AS runName, asked, state, ending, family, modalities, epochs, students, findings, leakage,
  label_state AS labelState, prepared, summary, error, model_ids AS modelIds, created_at AS createdAt, ended_at AS endedAt`

type LaterChoice = 'contrastive' | 'mixupAlpha'
type StoredOrder = Omit<TrainingInfo['order'], LaterChoice> & Partial<Pick<TrainingInfo['order'], LaterChoice>>

/** What this program wrote as JSON, of the type it had then. */
const parsed = <Value>(text: string | null): Value => (text === null ? null : JSON.parse(text)) as Value

function toTraining({ asked, ...row }: TrainingColumns): TrainingRow {
  return {
    ...row,
    // Written before there were these choices, an order leaves them to its recipe.
    order: { contrastive: null, mixupAlpha: null, ...parsed<StoredOrder>(asked) },
    ending: row.ending === 1,
    modalities: parsed(row.modalities),
    students: parsed(row.students),
    findings: parsed(row.findings),
    leakage: parsed(row.leakage),
    labelState: parsed(row.labelState),
    prepared: row.prepared === 1,
    summary: parsed(row.summary),
    error: parsed(row.error),
    modelIds: parsed(row.modelIds),
  }
}

/** Oldest first. */
export function listTrainings(store: Store): TrainingRow[] {
  return store.prepare<TrainingColumns>(`SELECT ${columns} FROM training ORDER BY id`).all().map(toTraining)
}

export function getTraining(store: Store, trainingId: number): TrainingRow | undefined {
  const row = store.prepare<TrainingColumns>(`SELECT ${columns} FROM training WHERE id = ?`).get(trainingId)
  return row && toTraining(row)
}

export const nextTrainingSql = `SELECT id FROM training WHERE state = 'queued' ORDER BY id LIMIT 1`

/** The training whose turn it is, or null. */
export const nextTraining = (store: Store): number | null =>
  store.prepare<{ id: number }>(nextTrainingSql).get()?.id ?? null

/** Nothing runs in a project that was just opened: what did is paused, and keeps what it learnt. */
export function pauseInterruptedTrainings(store: Store): void {
  store.prepare(`UPDATE training SET state = 'paused' WHERE state = 'running'`).run()
}

export function deleteTraining(store: Store, trainingId: number): void {
  store.transaction(() => {
    for (const table of ['training_epoch', 'training_seed'])
      store.prepare(`DELETE FROM ${table} WHERE training_id = ?`).run(trainingId)
    store.prepare('DELETE FROM training WHERE id = ?').run(trainingId)
  })
}

export const seedsOfTrainingSql = `SELECT seed, position, epochs, best_epoch AS bestEpoch, best_value AS bestValMacroF1NoNull, ended
  FROM training_seed WHERE training_id = ?`

/** How far each seed is, in the order in which they are trained. */
export function seedsOfTraining(store: Store, trainingId: number): SeedProgress[] {
  type Row = Omit<SeedProgress, 'ended'> & { readonly ended: number; readonly position: number }
  const rows = store.prepare<Row>(seedsOfTrainingSql).all(trainingId)
  return rows
    .sort((a, b) => a.position - b.position)
    .map(({ position: _position, ...row }) => ({ ...row, ended: row.ended === 1 }))
}

/** Appends a complete epoch to a seed; the best is strictly better than all before, and than 0. */
export function insertEpoch(store: Store, trainingId: number, seed: number, record: TrainingEpoch): void {
  const { epoch, val } = record
  store.transaction(() => {
    store
      .prepare('INSERT OR REPLACE INTO training_epoch (training_id, seed, epoch, record) VALUES (?, ?, ?, ?)')
      .run(trainingId, seed, epoch, JSON.stringify(record))
    store.prepare('UPDATE training_seed SET epochs = ? WHERE training_id = ? AND seed = ?').run(epoch, trainingId, seed)
    store
      .prepare(
        'UPDATE training_seed SET best_epoch = ?, best_value = ? WHERE training_id = ? AND seed = ? AND best_value < ?',
      )
      .run(epoch, val.macroF1NoNull, trainingId, seed, val.macroF1NoNull)
  })
}

/** Sets a seed back to the epochs that its training really goes on from. */
export function replaceEpochs(store: Store, trainingId: number, seed: number, records: readonly TrainingEpoch[]): void {
  store.transaction(() => {
    store.prepare('DELETE FROM training_epoch WHERE training_id = ? AND seed = ?').run(trainingId, seed)
    store
      .prepare(
        'UPDATE training_seed SET epochs = 0, best_epoch = 0, best_value = 0, ended = 0 WHERE training_id = ? AND seed = ?',
      )
      .run(trainingId, seed)
    for (const record of records) insertEpoch(store, trainingId, seed, record)
  })
}

export function endSeed(store: Store, trainingId: number, seed: number): void {
  store.prepare('UPDATE training_seed SET ended = 1 WHERE training_id = ? AND seed = ?').run(trainingId, seed)
}

export const epochsOfTrainingSql = 'SELECT seed, record FROM training_epoch WHERE training_id = ? ORDER BY seed, epoch'

/** Every epoch of a training by seed, in order. */
export function epochsOfTraining(store: Store, trainingId: number): Map<number, TrainingEpoch[]> {
  const bySeed = new Map<number, TrainingEpoch[]>()
  for (const { seed, record } of store.prepare<{ seed: number; record: string }>(epochsOfTrainingSql).all(trainingId)) {
    const known = bySeed.get(seed) ?? []
    known.push(JSON.parse(record) as TrainingEpoch)
    bySeed.set(seed, known)
  }
  return bySeed
}
