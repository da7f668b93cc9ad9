import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { toAppError } from '#shared/contract/app-error.ts'
import { startWorkbench, type WorkbenchParts } from '../../start-workbench.ts'
import { startWebHost } from '../../web/web-host.ts'
import type { Declaration } from '../command.ts'
import { createOutput } from '../output.ts'

interface ServeOptions {
  readonly port?: number
  readonly open: boolean
}

export const serveCommand: Declaration = ({ program, parts }) =>
  program
    .command('serve [project]')
    .description('open Lectern in your browser')
    .option('--port <n>', 'port of the local host; a free one by default', Number)
    .option('--no-open', 'only print the address')
    .action((project: string | undefined, options: ServeOptions) => serveProject(parts, project, options))

/** `serve [project]`: the local host, until the process is told to end. */
async function serveProject(parts: WorkbenchParts, project: string | undefined, options: ServeOptions): Promise<void> {
  const output = createOutput(false)
  const session = startWorkbench({ ...parts, watchesPhotos: true })
  try {
    if (project !== undefined) await session.client.project.open({ folder: resolve(project) })
    const host = await startWebHost({
      handlers: session.handlers,
      media: (path) => session.media(path),
      rendererFolder: join(parts.root, 'out', 'renderer'),
      port: options.port ?? 0,
    })
    output.result(null, [`Lectern is at ${host.address}`])
    output.note('Press Ctrl+C to end it.')
    if (options.open) openBrowser(host.address, (text) => output.note(text))
    const end = () =>
      void host
        .close()
        .then(() => session.close())
        .finally(() => process.exit(0))
    process.once('SIGINT', end)
    process.once('SIGTERM', end)
  } catch (error) {
    output.error(toAppError(error))
    process.exitCode = 1
    await session.close()
  }
}

function openBrowser(address: string, note: (text: string) => void): void {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return note('There is no display here: open the address in a browser of this machine.')
  }
  const [command, ...args] =
    process.platform === 'win32'
      ? ['rundll32', 'url.dll,FileProtocolHandler', address]
      : [process.platform === 'darwin' ? 'open' : 'xdg-open', address]
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.on('error', () => note('No browser could be opened: open the address yourself.'))
  child.unref()
}
