import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { twoPersons } from '../../support/tiny-detector.ts'

/** The command line from source, on the authors' photos and small weights of RAFNet's networks. */
describe.skipIf(rafnetFolder === null)(
  `extraction that is cut off or refused${rafnetFolder ? '' : ` (${withoutRafnet})`}`,
  () => {
    const rafnet = rafnetFolder ?? ''
    const relation = join(rafnet, 'grouprec', 'groupnet_small.pth')
    const appearance = join(rafnet, 'backbones', 'convnext_small.pth')
    const { folder, start, json, failure } = commandLine('source')
    beforeAll(async () => {
      await json('init', 'whole', '--images', join(rafnet, 'images'))
      await json('import', 'whole', join(rafnet, 'features.pkl'), '--images', join(rafnet, 'images'))
      cpSync(join(folder, 'whole'), join(folder, 'halved'), { recursive: true })
    })

    const vectorFiles = (project: string): string[] =>
      readdirSync(join(folder, project, 'features')).filter((name) => name.startsWith('extracted-mine'))

    test('embed killed while it writes goes on, and ends with the vectors of one that never stopped', async () => {
      const args = (project: string) => ['embed', project, '--model', relation, '--name', 'mine']
      await json(...args('whole'))
      const killed = start(args('halved'))
      const closed = new Promise((done) => killed.once('close', done))
      while (killed.exitCode === null && vectorFiles('halved').length === 0) await setTimeout(5)
      killed.kill('SIGKILL')
      await closed
      expect(killed.signalCode).toBe('SIGKILL')
      const rest = await json<Record<string, unknown>>(...args('halved'))
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
      await json(...args('once'))
      const killed = start(args('twice'))
      const closed = new Promise((done) => killed.once('close', done))
      while (killed.exitCode === null && sizes('twice').filter((size) => size > 0).length < 2) await setTimeout(2)
      killed.kill('SIGKILL')
      await closed
      expect(killed.signalCode).toBe('SIGKILL')
      const rest = await json<Record<string, unknown>>(...args('twice'))
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
      const refused = await failure('detect', 'whole', '--model', appearance)
      expect(refused).toMatchObject({ code: 'weights.not-a-detector' })
    })

    test('a place that takes no file is refused before anything runs', async () => {
      writeFileSync(join(folder, 'taken'), '')
      const args = ['--relation', relation, '--appearance', appearance, '--out', join('taken', 'f.pkl')]
      const { code, message } = (await failure('extract', join(rafnet, 'images'), ...args)) as {
        code: string
        message: string
      }
      expect(code).not.toBe('internal')
      expect(message).toContain('taken')
    })
  },
)
