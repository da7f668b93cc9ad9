import type { LecternContract } from '#shared/contract/contract.ts'
import type { Client } from '#shared/rpc/types.ts'
import type { Output } from './output.ts'

/** What every command gets: the same workbench that the window uses, and where to write. */
export interface CommandContext {
  readonly client: Client<LecternContract>
  readonly output: Output
  /** Ends when the user interrupts the command. */
  readonly signal: AbortSignal
}
