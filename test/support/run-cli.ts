import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './web-app.ts'

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command line as `npx lectern` does, with user data of its own. */
export function runCli(args: readonly string[], userData: string): Promise<CliResult> {
  const child = spawn(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args], {
    env: { ...process.env, LECTERN_USER_DATA: userData },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}
