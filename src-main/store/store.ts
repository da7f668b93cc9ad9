import type { Database, RunResult, Statement } from 'better-sqlite3'
import type { Compilable } from 'kysely'
import { guarded, storeError } from './store-error.ts'

/** What SQLite takes as a parameter. Booleans are 0 and 1; NaN becomes NULL. */
export type SqlValue = string | number | bigint | Uint8Array | null

/** A prepared statement whose errors are AppErrors. Prepared once per store and kept. */
export interface PreparedStatement<Row> {
  run(...parameters: readonly SqlValue[]): { readonly changes: number; readonly id: number }
  get(...parameters: readonly SqlValue[]): Row | undefined
  all(...parameters: readonly SqlValue[]): Row[]
}

/** A transaction on a connection of its own that is not committed yet, see `write-aside.ts`. */
export interface UnfinishedTransaction {
  /** Takes what is left of it in one go and commits. Never throws: whoever began it hears of a failure. */
  finish(): void
  readonly ended: Promise<void>
}

/**
 * One open project database. Everything is synchronous: keep what runs in one go under 50 ms, see `write-in-steps.ts` and
 * `write-aside.ts`.
 */
export class Store {
  readonly file: string
  readonly #database: Database
  readonly #statements = new Map<string, GuardedStatement>()
  /**
   * What goes on beside this connection. Writes cannot wait for it, since they hold the thread that it needs: the first one takes it to
   * its end. What has time awaits `otherEnded` before it writes.
   */
  unfinished: UnfinishedTransaction | null = null

  constructor(file: string, database: Database) {
    this.file = file
    this.#database = database
  }

  /** All rows of a query built with `queryBuilder`. */
  all<Row>(query: Compilable<Row>): Row[] {
    const { sql, parameters } = query.compile()
    return this.prepare<Row>(sql).all(...(parameters as readonly SqlValue[]))
  }

  first<Row>(query: Compilable<Row>): Row | undefined {
    const { sql, parameters } = query.compile()
    return this.prepare<Row>(sql).get(...(parameters as readonly SqlValue[]))
  }

  /** Runs a query that returns no rows; `id` is that of the last inserted row. */
  run(query: Compilable<unknown>): { readonly changes: number; readonly id: number } {
    const { sql, parameters } = query.compile()
    return this.prepare(sql).run(...(parameters as readonly SqlValue[]))
  }

  /** A statement for bulk paths, by its SQL. `Row` is what its columns are, which the SQL alone knows. */
  prepare<Row = never>(sql: string): PreparedStatement<Row> {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = new GuardedStatement(
        this.file,
        guarded(this.file, () => this.#database.prepare(sql)),
        this.#finishOther,
      )
      this.#statements.set(sql, statement)
    }
    return statement as PreparedStatement<Row>
  }

  /** Runs `work` in one transaction: all of it, or, when it throws, nothing. Within another transaction it is a savepoint. */
  transaction<Result>(work: () => Result): Result {
    this.#finishOther()
    return guarded(this.file, () => this.#database.transaction(work).immediate())
  }

  async otherEnded(): Promise<void> {
    while (this.unfinished) await this.unfinished.ended
  }

  readonly #finishOther = (): void => this.unfinished?.finish()

  /** The steps of SQLite's plan for a statement, for tests that hold hot queries to their index. */
  plan(sql: string): string[] {
    const rows = this.#database.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all()
    return rows.map((row) => row.detail)
  }

  /** Lets the planner measure the tables where they grew, then closes. */
  close(): void {
    if (!this.#database.open) return
    this.#finishOther()
    this.#statements.clear()
    try {
      this.#database.pragma('optimize')
    } finally {
      this.#database.close()
    }
  }
}

/** Bulk paths call these a hundred thousand times: no closure is made per call. */
class GuardedStatement implements PreparedStatement<unknown> {
  readonly #file: string
  readonly #statement: Statement<unknown[]>
  readonly #beforeWrite: () => void

  constructor(file: string, statement: Statement<unknown[]>, beforeWrite: () => void) {
    this.#file = file
    this.#statement = statement
    this.#beforeWrite = beforeWrite
  }

  run(...parameters: readonly SqlValue[]): { readonly changes: number; readonly id: number } {
    this.#beforeWrite()
    try {
      const { changes, lastInsertRowid }: RunResult = this.#statement.run(...parameters)
      return { changes, id: Number(lastInsertRowid) }
    } catch (error) {
      throw storeError(this.#file, error)
    }
  }

  get(...parameters: readonly SqlValue[]): unknown {
    try {
      return this.#statement.get(...parameters)
    } catch (error) {
      throw storeError(this.#file, error)
    }
  }

  all(...parameters: readonly SqlValue[]): unknown[] {
    try {
      return this.#statement.all(...parameters)
    } catch (error) {
      throw storeError(this.#file, error)
    }
  }
}
