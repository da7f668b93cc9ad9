import { setImmediate } from 'node:timers/promises'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { toTheEnd, type Steps } from '#shared/metrics/steps.ts'
import { guarded } from './store-error.ts'
import { Store, type UnfinishedTransaction } from './store.ts'

/** Less than half of the 50 ms that the main process may be busy in one go: what runs in the same turn has the rest. */
const stepMs = 20

/**
 * Runs `work` in one transaction of any size without holding the thread: its steps are taken in short slices on a connection of their
 * own, so that readers of the project see nothing of it before they see all of it, and a crash or an error leaves nothing. `work` must
 * read and write through the store that it is given. One such transaction runs at a time; others wait for their turn.
 */
export async function writeAside<Result>(store: Store, work: (aside: Store) => Steps<Result>): Promise<Result> {
  // A store in memory has one connection only.
  if (store.file === ':memory:') return store.transaction(() => toTheEnd(work(store)))
  // Nothing may come between the last look and the beginning.
  while (store.unfinished) await store.unfinished.ended
  const transaction = new AsideTransaction(store.file, work)
  store.unfinished = transaction
  void transaction.ended.then(() => (store.unfinished = null))
  while (!transaction.outcome) {
    await setImmediate()
    transaction.advance(stepMs)
  }
  await transaction.ended
  if ('error' in transaction.outcome) throw transaction.outcome.error
  return transaction.outcome.result
}

type Outcome<Result> = { readonly result: Result } | { readonly error: unknown }

class AsideTransaction<Result> implements UnfinishedTransaction {
  readonly ended: Promise<void>
  readonly #file: string
  readonly #database: Database
  readonly #steps: Steps<Result>
  readonly #tellEnded: () => void
  #taken: { readonly result: Result } | null = null
  #outcome: Outcome<Result> | null = null

  constructor(file: string, work: (aside: Store) => Steps<Result>) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#tellEnded = resolve
    this.#file = file
    this.#database = guarded(file, () => new BetterSqlite3(file))
    try {
      guarded(file, () => {
        this.#database.pragma('synchronous = NORMAL')
        this.#database.pragma('foreign_keys = ON')
        this.#database.exec('BEGIN IMMEDIATE')
      })
    } catch (error) {
      this.#database.close()
      throw error
    }
    this.#steps = work(new Store(file, this.#database))
  }

  /** null while it goes on. */
  get outcome(): Outcome<Result> | null {
    return this.#outcome
  }

  finish(): void {
    while (!this.#outcome) this.advance(Infinity)
  }

  /** Takes steps for about this long; the commit is a slice of its own. */
  advance(forMs: number): void {
    if (this.#outcome) return
    try {
      if (this.#taken) {
        guarded(this.#file, () => this.#database.exec('COMMIT'))
        this.#end(this.#taken)
      } else this.#takeSteps(performance.now() + forMs)
    } catch (error) {
      // Closing without a commit takes everything back.
      this.#end({ error })
    }
  }

  #takeSteps(until: number): void {
    do {
      const step = this.#steps.next()
      if (step.done) {
        this.#taken = { result: step.value }
        return
      }
    } while (performance.now() < until)
  }

  #end(outcome: Outcome<Result>): void {
    this.#outcome = outcome
    this.#database.close()
    this.#tellEnded()
  }
}
