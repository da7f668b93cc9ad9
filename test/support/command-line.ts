import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, expect } from 'vitest'
import { root } from './web-app.ts'

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Lectern's command line in a folder of this test file's own, which is gone when its tests have ended. */
export interface CommandLine {
  /** Where the commands run; their user data lies in it, too. */
  readonly folder: string
  readonly start: (args: readonly string[]) => ChildProcessByStdio<null, Readable, Readable>
  readonly lectern: (...args: string[]) => Promise<Outcome>
  /** The document that a command prints with `--json`; it must end well. */
  readonly json: <Document>(...args: string[]) => Promise<Document>
  /** The error that a command ends with. */
  readonly failure: (...args: string[]) => Promise<{ readonly code: string; readonly message: string }>
}

/** As developers run it, and as `npx lectern` does. */
const programs = {
  source: join(root, 'src-main', 'hosts', 'cli', 'main.ts'),
  built: join(root, 'out', 'main', 'cli.js'),
}

/** Call it where a file or a suite begins: its end takes the folder away. */
export function commandLine(program: keyof typeof programs): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const start: CommandLine['start'] = (args) =>
    spawn(process.execPath, [programs[program], ...args], {
      cwd: folder,
      env: { ...process.env, LECTERN_USER_DATA: join(folder, 'user-data') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const lectern = (...args: string[]): Promise<Outcome> => outcomeOf(start(args))
  return {
    folder,
    start,
    lectern,
    json: async <Document>(...args: string[]) => {
      const { code, stdout, stderr } = await lectern(...args, '--json')
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
      return JSON.parse(stdout) as Document
    },
    failure: async (...args) => {
      const { code, stderr } = await lectern(...args, '--json')
      expect([code, stderr]).toEqual([1, expect.stringContaining('"code"')])
      return JSON.parse(stderr.trim().split('\n').at(-1)!) as { code: string; message: string }
    },
  }
}

function outcomeOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Outcome> {
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

const sample = join(root, 'resources', 'sample')

/** The synthetic sample as a project with the runs `ConvNeXt` and `C+Spatial`. */
export async function predictedSample({ folder, json }: CommandLine): Promise<string> {
  const project = join(folder, 'class.lectern')
  await json('init', project, '--images', join(sample, 'images'))
  await json('import', project, join(sample, 'features.pkl'))
  await json('predict', project, '--model', join(sample, 'convnext_only.pth'), '--name', 'ConvNeXt')
  await json('predict', project, '--model', join(sample, 'head.pth'), '--name', 'C+Spatial')
  return project
}
