import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { AppError } from '#shared/contract/app-error.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { applicationRoot } from '../root.ts'
import { userDataFolder } from '../user-data-folder.ts'
import type { WorkbenchParts } from '../start-workbench.ts'
import { webHostHandlers } from '../web/web-host-handlers.ts'
import { commands } from './commands.ts'
import { createCommandLine } from './create-command-line.ts'

const root = applicationRoot(import.meta.dirname)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const parts: WorkbenchParts = {
  root,
  appVersion: version,
  userData: userDataFolder(process.env, process.platform),
  host: webHostHandlers(version),
  fork: forkWithNode(
    import.meta.filename.endsWith('.ts')
      ? join(root, 'src-main', 'compute', 'main.ts')
      : join(import.meta.dirname, 'compute.js'),
  ),
}

const program = new Command('lectern')
  .description(
    'Classroom-behaviour recognition: predict, correct, evaluate, export. Without a window, or in your browser.',
  )
  .version(version)
  .configureHelp({ showGlobalOptions: true })
  // A wrong call is an error like any other: with --json it is one document on stderr.
  .configureOutput({
    outputError: (text, write) => {
      const message = text.trim().replace(/^error: /, '')
      const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?!)]$/.test(message) ? '' : '.'}`
      const error = new AppError('cli.usage', sentence)
      write(process.argv.includes('--json') ? `${JSON.stringify(error)}\n` : `${error.code}: ${error.message}\n`)
    },
  })

const cli = createCommandLine(program, parts)
for (const declare of commands) declare(cli)
await program.parseAsync()
