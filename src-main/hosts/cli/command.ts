import type { Command } from 'commander'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { Client } from '#shared/rpc/types.ts'
import type { WorkbenchParts } from '../start-workbench.ts'
import type { Output } from './output.ts'

/** What every command gets: the same workbench that the window uses, and where to write. */
export interface CommandContext {
  readonly client: Client<LecternContract>
  readonly output: Output
  /** Ends when the user interrupts the command. */
  readonly signal: AbortSignal
}

/** Says a command's usage, options and work to the command line; each command's file has its own, `commands.ts` lists them. */
export type Declaration = (cli: CommandLine) => void

export interface CommandLine {
  readonly program: Command
  readonly parts: WorkbenchParts
  /** A command that answers on stdout, with `--json` as one document. */
  readonly command: (usage: string, description: string, parent?: Command) => Command
  /** An action: `work` gets a workbench of its own, which ends with it, then the command's arguments and its options. */
  readonly run: <Given extends unknown[]>(
    work: (context: CommandContext, ...given: Given) => Promise<void>,
  ) => (this: Command, ...given: Given) => Promise<void>
}
