import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { root } from '../../support/web-app.ts'

const sample = join(root, 'resources', 'sample')
const { folder, lectern, json, failure } = commandLine('built')
const project = join(folder, 'class.lectern')

interface Learnt {
  run: string
  predicted: number
  corrected: number
  imported: number
  held_out: string
  students: number
  correct: number
  accuracy: number
  interval: [number, number]
  majority_accuracy: number
  scene_only_accuracy: number
  versions: number
}
interface Queue {
  run: string | null
  total: number
  students: { scene: string; bbox_id: string; reasons: { reason: string; value: number }[]; priority: number }[]
}

describe('learning on the command line', () => {
  test('photos alone have nothing to learn from, and nobody to look at', async () => {
    await json('init', project, '--images', join(sample, 'images'))
    expect((await failure('learn', project)).code).toBe('learning.no-vectors')
    expect(await json<Queue>('review', project)).toEqual({ run: null, total: 0, students: [] })
  })

  test('learn says what it learnt from, and how right it is beside the plain guesses', async () => {
    await json('import', project, join(sample, 'features.pkl'))
    await json(
      'label',
      project,
      '--scene',
      'room-a-morning.jpg',
      '--student',
      'room-a-morning_18',
      '--class',
      'Listening',
    )
    const learnt = await json<Learnt>('learn', project)
    expect(learnt).toMatchObject({ corrected: 1, imported: 161, students: 162, predicted: 162, versions: 1 })
    expect(learnt.run).toBe('Learnt from 1 correction and 161 imported labels')
    expect(learnt.held_out).toBe('scenes')
    expect(learnt.accuracy).toBeCloseTo((100 * learnt.correct) / 162, 9)
    expect(learnt.interval[0]).toBeLessThan(learnt.accuracy)
    expect(learnt.interval[1]).toBeGreaterThan(learnt.accuracy)
    expect(learnt.accuracy).toBeGreaterThan(learnt.majority_accuracy)
    const { stdout } = await lectern('learn', project)
    expect(stdout).toContain('commonest class of the photo')
    expect(stdout).toContain('each in a photo that nothing was learnt from')
  })

  test('what evaluate says of its run does not flatter', async () => {
    const { accuracy, students } = await json<{ accuracy: number; students: number }>('evaluate', project)
    const learnt = await json<Learnt>('learn', project)
    expect({ accuracy, students }).toEqual({ accuracy: learnt.accuracy, students: 162 })
  })

  test('review lists the students that most need eyes, each with a reason', async () => {
    const { run, total, students } = await json<Queue>('review', project, '--limit', '5')
    expect(run).toMatch(/^Learnt from/)
    expect(students).toHaveLength(Math.min(5, total))
    expect(students.every(({ reasons }) => reasons.length > 0)).toBe(true)
    const priorities = students.map(({ priority }) => priority)
    expect(Math.max(...priorities)).toBe(priorities[0])
    const { stdout } = await lectern('review', project, '--limit', '1')
    expect(stdout).toMatch(/^\d+ students need eyes, by Learnt from .*\n.*student .*: /)
  })

  test.each([
    ['a limit that is none', ['--limit', 'many'], 'cli.usage'],
    ['a run that there is not', ['--model', 'nobody'], 'evaluation.run-unknown'],
  ])('%s', async (_name, options, code) => {
    const error = await failure('review', project, ...options)
    expect(error.code).toBe(code)
  })
})
