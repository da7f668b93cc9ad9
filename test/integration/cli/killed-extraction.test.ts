import { spawn, type ChildProcessByStdio } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { twoPersons } from '../../support/tiny-detector.ts'

const root = resolve(import.meta.dirname, '../../..')

interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command line from source, on the authors' photos and small weights of RAFNet's networks. */
describe.skipIf(rafnetFolder === null)(
  `extraction that is cut off or refused${rafnetFolder ? '' : ` (${withoutRafnet})`}`,
  () => {
    const rafnet = rafnetFolder ?? ''
    const relation = join(rafnet, 'grouprec', 'groupnet_small.pth')
    const appearance = join(rafnet, 'backbones', 'convnext_small.pth')
    let folder: string
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'lectern-killed-'))
      await answer('init', 'whole', '--images', join(rafnet, 'images'))
      await answer('import', 'whole', join(rafnet, 'features.pkl'), '--images', join(rafnet, 'images'))
      cpSync(join(folder, 'whole'), join(folder, 'halved'), { recursive: true })
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const start = (args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> =>
      spawn(process.execPath, [join(root, 'src-main', 'hosts', 'cli', 'main.ts'), ...args], {
        cwd: folder,
        env: { ...process.env, LECTERN_USER_DATA: join(folder, 'user') },
        stdio: ['ignore', 'pipe', 'pipe'],
      })

    const vectorFiles = (project: string): string[] =>
      readdirSync(join(folder, project, 'features')).filter((name) => name.startsWith('extracted-mine'))

    function lectern(...args: string[]): Promise<CliResult> {
      const child = start(args)
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
      return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
    }

    async function answer(...args: string[]): Promise<Record<string, unknown>> {
      const { code, stdout, stderr } = await lectern(...args, '--json')
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
      return JSON.parse(stdout) as Record<string, unknown>
    }

    async function refusal(...args: string[]): Promise<unknown> {
      const { code, stderr } = await lectern(...args, '--json')
      expect(code).toBe(1)
      return JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
    }

    test('embed killed while it writes goes on, and ends with the vectors of one that never stopped', async () => {
      const args = (project: string) => ['embed', project, '--model', relation, '--name', 'mine']
      await answer(...args('whole'))
      const killed = start(args('halved'))
      const closed = new Promise((done) => killed.once('close', done))
      while (killed.exitCode === null && vectorFiles('halved').length === 0) await setTimeout(5)
      killed.kill('SIGKILL')
      await closed
      expect(killed.signalCode).toBe('SIGKILL')
      const rest = await answer(...args('halved'))
      // At least one photo of the three was not done.
      expect(rest['scenes']).toBeGreaterThan(0)
      const bytes = (project: string) => readFileSync(join(folder, project, 'features', vectorFiles(project)[0]!))
      expect(bytes('halved').equals(bytes('whole'))).toBe(true)
    })

    test('extract killed between scenes goes on with both vectors, and ends with the bytes of one that never stopped', async () => {
      const photos = join(folder, 'photos')
      mkdirSync(photos)
      for (let copy = 0; copy < 8; copy += 1)
        cpSync(join(rafnet, 'images', '166.jpg'), join(photos, `scene-${copy}.jpg`))
      writeFileSync(join(folder, 'two.onnx'), twoPersons())
      const networks = ['--relation', relation, '--appearance', appearance, '--detector', 'two.onnx', '--device', 'cpu']
      const args = (name: string) => ['extract', photos, ...networks, '--out', join(name, 'f.pkl')]
      const files = (name: string): string[] => {
        const features = join(folder, name, 'f.lectern', 'features')
        if (!existsSync(features)) return []
        return readdirSync(features)
          .filter((one) => /extracted-(convnext|grouprec)/.test(one))
          .map((one) => join(features, one))
      }
      const sizes = (name: string) => files(name).map((file) => statSync(file).size)
      await answer(...args('once'))
      const killed = start(args('twice'))
      const closed = new Promise((done) => killed.once('close', done))
      while (killed.exitCode === null && sizes('twice').filter((size) => size > 0).length < 2) await setTimeout(2)
      killed.kill('SIGKILL')
      await closed
      expect(killed.signalCode).toBe('SIGKILL')
      const rest = await answer(...args('twice'))
      const embedded = rest['embedded'] as { modality: string; students: number }[]
      expect(embedded.map(({ modality }) => modality)).toEqual(['convnext', 'grouprec'])
      // At least one photo of the eight was not done.
      for (const { students } of embedded) expect(students).toBeGreaterThan(0)
      const bytes = (name: string) =>
        files(name)
          .sort()
          .map((file) => readFileSync(file))
      const [once, twice] = [bytes('once'), bytes('twice')]
      expect(once.map(({ length }) => length > 0)).toEqual([true, true])
      expect(twice.map((one, index) => one.equals(once[index]!))).toEqual([true, true])
    })

    test('weights that find nobody are refused as a detector, also where every scene has its students', async () => {
      const refused = await refusal('detect', 'whole', '--model', appearance)
      expect(refused).toMatchObject({ code: 'weights.not-a-detector' })
    })

    test('a place that takes no file is refused before anything runs', async () => {
      writeFileSync(join(folder, 'taken'), '')
      const args = ['--relation', relation, '--appearance', appearance, '--out', join('taken', 'f.pkl')]
      const { code, message } = (await refusal('extract', join(rafnet, 'images'), ...args)) as {
        code: string
        message: string
      }
      expect(code).not.toBe('internal')
      expect(message).toContain('taken')
    })
  },
)
