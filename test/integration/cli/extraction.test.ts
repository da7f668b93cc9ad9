import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { convNextCheckpoint, extractionHead, groupRelationCheckpoint } from '../../support/extraction-weights.ts'
import { twoPersons } from '../../support/tiny-detector.ts'

const sample = resolve(import.meta.dirname, '../../../resources/sample/images')
const { folder, json, failure, lectern } = commandLine('built')
let photos: string
let detector: string

const put = (name: string, content: Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

beforeAll(() => {
  photos = join(folder, 'photos')
  mkdirSync(photos)
  for (const name of ['room-a-afternoon.jpg', 'room-b-exam.jpg']) copyFileSync(join(sample, name), join(photos, name))
  writeFileSync(join(photos, 'broken.jpg'), 'no photo')
  detector = put('yolo.onnx', twoPersons())
})

interface SceneBoxes {
  readonly scene: string
  readonly boxes: readonly (readonly number[])[]
}

describe('extraction on the command line', () => {
  test('models add, list and test say what a file is', async () => {
    const added = await json<{ id: string; kind: string; family: string }>('models', 'add', detector, '--name', 'Ours')
    expect(added).toMatchObject({ kind: 'detector', family: 'yolo', name: 'Ours' })
    const { weights, wanted } = await json<{ weights: { id: string }[]; wanted: { role: string }[] }>('models', 'list')
    expect(weights.map(({ id }) => id)).toEqual(['nanodet', 'nanodet-embedding', added.id])
    expect(wanted.map(({ role }) => role)).toEqual(['relation', 'appearance', 'detector'])
    const tried = await json<{ test: { found: number } }>('models', 'test', added.id, '--device', 'cpu')
    expect(tried.test.found).toBe(2)
    expect((await failure('models', 'test', 'nothing')).code).toBe('weights.unknown')
  })

  test('detect prints boxes in pixels; embed makes vectors under a name, which export writes', async () => {
    const project = join(folder, 'class.lectern')
    await json('init', project, '--images', photos)
    const { scenes } = await json<{ scenes: SceneBoxes[] }>('detect', project, '--model', detector)
    expect(scenes.map(({ scene, boxes }) => [scene, boxes.length])).toEqual([
      ['room-a-afternoon.jpg', 2],
      ['room-b-exam.jpg', 2],
    ])
    for (const [x1, y1, x2, y2, score] of scenes.flatMap(({ boxes }) => boxes)) {
      expect(x1! < x2! && y1! < y2!).toBe(true)
      expect(score).toBeGreaterThan(0.5)
    }
    const relation = put('grouprec.pkl', groupRelationCheckpoint())
    const args = ['embed', project, '--model', relation, '--name', 'mine', '--noise', 'mean:2']
    const embedded = await json<{ modality: string; students: number }>(...args)
    expect(embedded).toMatchObject({ modality: 'mine', students: 4, lectern: { noise: { kind: 'mean', draws: 2 } } })
    expect(await json(...args)).toMatchObject({ students: 0, skipped: 2 })
    const out = join(folder, 'mine.pkl')
    expect(await json('export', project, '--out', out, '--unlabelled', 'include')).toMatchObject({ students: 4 })
    const { features } = JSON.parse(readFileSync(join(folder, 'run_metadata.json'), 'utf8')) as {
      features: { modality: string }[]
    }
    expect(features.map(({ modality }) => modality)).toEqual(['mine'])
    expect((await failure('embed', project, '--model', detector)).code).toBe('weights.not-an-extractor')
  })

  test('extract goes from photos to a pickle, names what is missing, and goes on where it was', async () => {
    const out = join(folder, 'extracted', 'features.pkl')
    const missing = await failure('extract', photos, '--detector', detector, '--out', out)
    expect([missing.code, missing.message]).toEqual([
      'extraction.weights-missing',
      expect.stringMatching(/convnext_base.*relation_common_group8/),
    ])
    const args = [
      'extract',
      photos,
      ...['--relation', put('grouprec.pkl', groupRelationCheckpoint())],
      ...['--appearance', put('convnext.pth', convNextCheckpoint(1))],
      ...['--detector', detector, '--out', out],
      ...['--model', put('head.pth', extractionHead())],
    ]
    type First = { embedded: { modality: string; students: number }[]; run_id: number; record: string }
    const first = await json<First>(...args)
    expect(first.record).toBe(join(folder, 'extracted', 'run_metadata.json'))
    expect(first.embedded.map(({ modality, students }) => [modality, students])).toEqual([
      ['convnext', 4],
      ['grouprec', 4],
    ])
    expect(first.run_id).toBeGreaterThan(0)
    const again = await json<{ embedded: { students: number }[] }>(...args)
    expect(again.embedded.map(({ students }) => students)).toEqual([0, 0])
    // A record that tells of another pickle is not overwritten, and the one that was is named.
    const second = args.with(args.indexOf(out), join(folder, 'extracted', 'second.pkl'))
    const { stdout } = await lectern(...second)
    expect(stdout).toContain('second.pkl: features, with second_run_metadata.json beside it')
  })

  test('analyze makes a report and a pickle of a bare folder, without behaviours where nobody said any', async () => {
    const out = join(folder, 'analysed')
    const args = ['analyze', photos, '--out', out, '--detector', detector]
    const weights = ['--relation', join(folder, 'grouprec.pkl'), '--appearance', join(folder, 'convnext.pth')]
    const bare = await json<{ predicted: boolean; next: string[]; refused: { path: string }[] }>(...args, ...weights)
    expect(bare.predicted).toBe(false)
    expect(bare.next[0]).toContain('correct a few dozen students')
    expect(JSON.stringify(bare.refused)).toContain('broken.jpg')
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('4 students stand in these photos')
    const judged = await json<{ predicted: boolean }>(...args, ...weights, '--model', join(folder, 'head.pth'))
    expect(judged.predicted).toBe(true)
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Nobody has checked these predictions')
    expect((await failure('analyze', join(folder, 'nowhere'), '--out', out)).code).toBe('scan.no-folder')
  })
})
