import type { Command } from 'commander'
import { toAppError } from '#shared/contract/app-error.ts'
import { startWorkbench, type WorkbenchParts } from '../start-workbench.ts'
import type { CommandContext, CommandLine } from './command.ts'
import { createOutput } from './output.ts'

export function createCommandLine(program: Command, parts: WorkbenchParts): CommandLine {
  return {
    program,
    parts,
    command: (usage, description, parent = program) =>
      parent.command(usage).description(description).option('--json', 'one JSON document on stdout'),
    run: (work) =>
      function (...given) {
        return withWorkbench(parts, this.opts()['json'] === true, (context) => work(context, ...given))
      },
  }
}

async function withWorkbench(
  parts: WorkbenchParts,
  json: boolean,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const output = createOutput(json)
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  const session = startWorkbench(parts)
  try {
    await work({ client: session.client, output, signal: interrupt.signal })
  } catch (error) {
    output.error(toAppError(error))
    process.exitCode = 1
  } finally {
    await session.close()
  }
}
