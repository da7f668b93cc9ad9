import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { root } from '../../support/web-app.ts'

const sample = join(root, 'resources', 'sample')
const { folder, lectern, json } = commandLine('built')

interface EvaluationJson {
  model: string
  students: number
  accuracy: number
  macro_f1: number
  macro_f1_no_null: number
  accuracy_no_null: number
  intervals: { scenes: number; resamples: number; accuracy: [number, number] }
  per_class: { class: string; precision: number; recall: number; f1: number; support: number }[]
  confusion: number[][]
  scenes: { scene: string; students: number; correct: number; accuracy: number; interval: [number, number] }[]
}
interface PredictionJson {
  model: string
  provider: string
  students: { scene: string; bbox_id: string; logits: number[]; class: number }[]
}

describe('the whole job on the synthetic sample, one command after the other', () => {
  test('init, import, predict, evaluate, label, report, export', async () => {
    const project = join(folder, 'class.lectern')
    const made = await json<{ added: number }>('init', project, '--images', join(sample, 'images'))
    expect(made.added).toBe(5)

    const imported = await json<{ students: number; scenes: number; photos_matched: number }>(
      'import',
      project,
      join(sample, 'features.pkl'),
      '--split',
      'test',
    )
    expect(imported).toMatchObject({ students: 162, scenes: 5, photos_matched: 5 })

    const run = await json<PredictionJson>('predict', project, '--model', join(sample, 'head.pth'))
    expect(run.model).toBe('head')
    expect(run.provider).toBe('cpu')
    expect(run.students).toHaveLength(162)
    expect(run.students.every(({ logits, class: best }) => logits.indexOf(Math.max(...logits)) === best)).toBe(true)

    const before = await json<EvaluationJson>('evaluate', project)
    expect(before).toMatchObject({ model: 'head', students: 162 })
    expect(before.accuracy).toBeCloseTo((100 * 139) / 162, 9)
    expect(before.intervals).toMatchObject({ scenes: 5, resamples: 2000 })
    const [low, high] = before.intervals.accuracy
    expect(low).toBeLessThan(before.accuracy)
    expect(high).toBeGreaterThan(before.accuracy)
    expect(before.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(162)
    expect(before.per_class.map((one) => one.support)).toEqual(
      before.confusion.map((row) => row.reduce((a, b) => a + b, 0)),
    )

    const right = run.students[0]!
    const scene = right.scene
    const labelled = await json<{ from: string; to: string }>(
      'label',
      project,
      '--scene',
      scene,
      '--student',
      right.bbox_id,
      '--class',
      'using phone',
      '--annotator',
      'Ada',
    )
    expect(labelled.to).toBe('Using Phone')
    const after = await json<EvaluationJson>('evaluate', project, '--model', 'head')
    expect(after.per_class[4]!.support).toBe(before.per_class[4]!.support + 1)

    const report = await json<{ files: { file: string }[]; faces: string }>(
      'report',
      project,
      '--out',
      join(folder, 'report'),
    )
    expect(report.faces).toBe('pixelated')
    expect(report.files.map(({ file }) => existsSync(file))).toEqual([true, true, true, true, true, true])

    const out = join(folder, 'corrected.pkl')
    const exported = await json<{ students: number; changes: unknown[] }>(
      'export',
      project,
      '--format',
      'rafnet',
      '--out',
      out,
    )
    expect(exported.students).toBe(162)
    expect(exported.changes).toMatchObject([{ bboxId: right.bbox_id, change: 'relabelled', to: 4 }])
    expect(readFileSync(out).subarray(0, 2)).toEqual(Buffer.of(0x80, 4))
  })

  test('a report needs no model: what the labels say, without a rate', async () => {
    const project = join(folder, 'labels.lectern')
    await json('init', project, '--images', join(sample, 'images'))
    await json('import', project, join(sample, 'features.pkl'))
    const out = join(folder, 'labels-report')
    await json('report', project, '--out', out, '--format', 'html,csv')
    expect(readFileSync(join(out, 'scenes.csv'), 'utf8')).toMatch(/room-b-exam\.jpg,25,25,/)
    expect(readFileSync(join(out, 'report.html'), 'utf8')).not.toContain('Confusion matrix')
  })

  test('demo runs it all and prints a table', async () => {
    const { code, stdout } = await lectern('demo', '--out', join(folder, 'demo'))
    expect(code).toBe(0)
    expect(stdout).toMatch(/room-b-exam\.jpg\s+25\s+22\s+88\.00/)
  })
})

describe('errors are AppErrors on stderr, with a non-zero exit and nothing on stdout', () => {
  test.each([
    ['project.missing', ['evaluate', 'nowhere.lectern']],
    ['exchange.file-missing', ['import', 'PROJECT', 'nowhere.pkl']],
    ['label.scene-unknown', ['label', 'PROJECT', '--scene', 'x.jpg', '--student', '1', '--class', '0']],
    ['label.class-unknown', ['label', 'PROJECT', '--scene', 'x.jpg', '--student', '1', '--class', 'Sleeping']],
    ['evaluation.no-run', ['evaluate', 'PROJECT']],
    ['report.format-unknown', ['report', 'PROJECT', '--out', 'r', '--format', 'docx']],
  ])('%s', async (code, args) => {
    const project = join(folder, 'empty.lectern')
    if (!existsSync(project)) {
      mkdirSync(join(folder, 'no-photos'), { recursive: true })
      await json('init', project, '--images', join(folder, 'no-photos'))
    }
    const known = args.map((one) => (one === 'PROJECT' ? project : one))
    const result = await lectern(...known, '--json')
    expect(result.stdout).toBe('')
    expect(result.code).toBe(1)
    const error = JSON.parse(result.stderr.trim().split('\n').at(-1)!) as { code: string; message: string }
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/\.$/)
  })

  test('a wrong call is an error of the same form', async () => {
    const { code, stdout, stderr } = await lectern('export', 'x.lectern', '--json')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(JSON.parse(stderr)).toMatchObject({ code: 'cli.usage', message: expect.stringContaining('--out') as string })
  })

  test('two photos of one name: the error lists both, the relative path chooses', async () => {
    const images = join(folder, 'twice')
    for (const room of ['a', 'b']) {
      mkdirSync(join(images, room), { recursive: true })
      cpSync(join(sample, 'images', 'room-b-exam.jpg'), join(images, room, 'same.jpg'))
    }
    const project = join(folder, 'twice.lectern')
    await json('init', project, '--images', images)
    const ambiguous = await lectern('label', project, '--scene', 'same.jpg', '--student', '1', '--class', '0', '--json')
    expect(ambiguous.stderr).toContain('label.scene-ambiguous')
    expect(ambiguous.stderr).toContain('a/same.jpg')
    expect(ambiguous.stderr).toContain('b/same.jpg')
    const chosen = await lectern('label', project, '--scene', 'b/same.jpg', '--student', '1', '--class', '0', '--json')
    expect(chosen.stderr).toContain('label.student-unknown')
  })
})

describe.skipIf(rafnetFolder === null)(
  `the authors' files${rafnetFolder === null ? ` (${withoutRafnet})` : ''}`,
  () => {
    test('demo prints the published accuracies of ConvNeXt-only', async () => {
      const { code, stdout } = await lectern('demo', '--data', rafnetFolder!, '--out', join(folder, 'rafnet'))
      expect(code).toBe(0)
      expect(stdout).toMatch(/166\.jpg\s+60\s+17\s+28\.33/)
      expect(stdout).toMatch(/89\.jpg\s+51\s+28\s+54\.90/)
      expect(stdout).toMatch(/900\.jpg\s+40\s+27\s+67\.50/)
    })
  },
)
