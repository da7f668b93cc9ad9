import type { Database, RunResult, Statement } from 'better-sqlite3'
import type { Compilable } from 'kysely'
import { guarded } from './store-error.ts'

/** What SQLite takes as a parameter. Booleans are 0 and 1; NaN becomes NULL. */
export type SqlValue = string | number | bigint | Uint8Array | null

/** A prepared statement whose errors are AppErrors. Prepared once per store and kept. */
export interface PreparedStatement<Row> {
  run(...parameters: readonly SqlValue[]): { readonly changes: number; readonly id: number }
  get(...parameters: readonly SqlValue[]): Row | undefined
  all(...parameters: readonly SqlValue[]): Row[]
}

/** One open project database. Everything is synchronous: keep what runs in one go under 50 ms, see `write-in-steps.ts`. */
export class Store {
  readonly file: string
  readonly #database: Database
  readonly #prepared = new Map<string, Statement<unknown[]>>()

  constructor(file: string, database: Database) {
    this.file = file
    this.#database = database
  }

  /** All rows of a query built with `queryBuilder`. */
  all<Row>(query: Compilable<Row>): Row[] {
    const { sql, parameters } = query.compile()
    return guarded(this.file, () => this.#prepare(sql).all(...parameters)) as Row[]
  }

  first<Row>(query: Compilable<Row>): Row | undefined {
    const { sql, parameters } = query.compile()
    return guarded(this.file, () => this.#prepare(sql).get(...parameters)) as Row | undefined
  }

  /** Runs a query that returns no rows; `id` is that of the last inserted row. */
  run(query: Compilable<unknown>): { readonly changes: number; readonly id: number } {
    const { sql, parameters } = query.compile()
    return guarded(this.file, () => outcome(this.#prepare(sql).run(...parameters)))
  }

  /** A statement for bulk paths, by its SQL. `Row` is what its columns are, which the SQL alone knows. */
  prepare<Row = never>(sql: string): PreparedStatement<Row> {
    const statement = guarded(this.file, () => this.#prepare(sql))
    return {
      run: (...parameters) => guarded(this.file, () => outcome(statement.run(...parameters))),
      get: (...parameters) => guarded(this.file, () => statement.get(...parameters)) as Row | undefined,
      all: (...parameters) => guarded(this.file, () => statement.all(...parameters)) as Row[],
    }
  }

  /** Runs `work` in one transaction: all of it, or, when it throws, nothing. Within another transaction it is a savepoint. */
  transaction<Result>(work: () => Result): Result {
    return guarded(this.file, () => this.#database.transaction(work).immediate())
  }

  /** The steps of SQLite's plan for a statement, for tests that hold hot queries to their index. */
  plan(sql: string): string[] {
    const rows = this.#database.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all()
    return rows.map((row) => row.detail)
  }

  /** Lets the planner measure the tables where they grew, then closes. */
  close(): void {
    if (!this.#database.open) return
    this.#prepared.clear()
    try {
      this.#database.pragma('optimize')
    } finally {
      this.#database.close()
    }
  }

  #prepare(sql: string): Statement<unknown[]> {
    let statement = this.#prepared.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#prepared.set(sql, statement)
    }
    return statement
  }
}

const outcome = ({ changes, lastInsertRowid }: RunResult) => ({ changes, id: Number(lastInsertRowid) })
