import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { StudentBatchInput, VectorMean } from '#main/compute/protocol.ts'
import { collect, relativeError, resultOf, startCompute, temporaryFolder } from '../../support/compute.ts'
import { goldenHead, goldenStudents, oneScene, sceneAround } from '../../support/golden-scenes.ts'

/** What test/fixtures/changed-scenes/make.py had PyTorch compute. */
interface Answers {
  /** Rows of a batch → logits of all students. */
  readonly batches: Readonly<Record<string, readonly number[][]>>
  /** Row of a student → logits, as the scene is and as it is changed. */
  readonly explained: Readonly<
    Record<
      string,
      { readonly logits: number[] } & Record<'without' | 'zeros' | 'mean', Readonly<Record<string, number[]>>>
    >
  >
}

const fixture = resolve(import.meta.dirname, '../../fixtures/changed-scenes/changed-scenes.json')
const { torch, ...heads } = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, Answers> & { torch: string }
const compute = startCompute()
const folder = temporaryFolder()
let students: StudentBatchInput
let means: readonly VectorMean[]

beforeAll(async () => {
  students = (await goldenStudents(compute, folder)).students
  means = await resultOf(compute.features.means({ vectors: [...students.vectors] }))
})

describe.each(Object.entries(heads))(`%s as PyTorch ${torch}`, (name, { batches, explained }) => {
  test.each(Object.entries(batches))("RAFNet's batches of %s rows", async (rows, expected) => {
    const input = { model: goldenHead(name), device: 'cpu', students } as const
    const { logits } = await collect(compute.models.predict({ ...input, batching: `rafnet:${rows}` }))
    expect(relativeError(logits, expected)).toBeLessThan(1e-5)
  })

  test.each(Object.entries(explained))('a scene changed around student %s', async (row, expected) => {
    const scene = sceneAround(students, Number(row))
    const answer = await compute.models.explain({
      model: goldenHead(name),
      device: 'cpu',
      students: oneScene(students, scene),
      position: scene.indexOf(Number(row)),
      means: [...means],
    })
    const near = (logits: Float32Array, wanted: readonly number[] | undefined) =>
      expect(relativeError([[...logits]], [wanted ?? []])).toBeLessThan(1e-5)
    near(answer.answer.logits, expected.logits)
    const neighbours = answer.neighbours.map(({ position }) => String(scene[position]!))
    expect(neighbours.toSorted()).toEqual(Object.keys(expected.without).toSorted())
    answer.neighbours.forEach(({ without }, index) => near(without.logits, expected.without[neighbours[index]!]))
    expect(answer.modalities.map(({ modality }) => modality)).toEqual(['grouprec', 'convnext'])
    for (const { modality, zeros, mean } of answer.modalities) {
      near(zeros.logits, expected.zeros[modality])
      near(mean.logits, expected.mean[modality])
    }
  })
})
