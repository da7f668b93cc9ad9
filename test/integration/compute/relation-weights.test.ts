import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { encodeScene, noiseShapes } from '#main/compute/extraction/relation-vectors.ts'
import type { BlockNoise } from '#main/compute/extraction/relation-vectors.ts'
import { startCompute, temporaryFolder } from '../../support/compute.ts'
import { groupRelationShapes, randomWeights, tinyPlan } from '../../support/group-relation-weights.ts'
import { openRelation } from '../../support/open-relation.ts'

type Weights = ReturnType<typeof randomWeights>

const folder = temporaryFolder()
const whole = randomWeights(groupRelationShapes(tinyPlan))

function save(name: string, weights: Weights): string {
  const file = join(folder, name)
  writeFileSync(file, writeCheckpoint(weights))
  return file
}

const without = (...starts: readonly string[]): Weights =>
  whole.filter(([name]) => !starts.some((start) => name.startsWith(start)))

/** The same network with another tensor under a name. */
const replaced = (name: string, shape: readonly number[], value = 0.1): Weights =>
  whole.map(([key, tensor]) => {
    if (key !== name) return [key, tensor]
    const length = shape.reduce((all, one) => all * one, 1)
    return [key, { dtype: 'float32', shape, data: new Float32Array(length).fill(value) }]
  })

describe('a GroupRec checkpoint', () => {
  const compute = startCompute()

  test('of any widths is recognised; heads beside the network are not looked at', async () => {
    const heads = randomWeights([
      ['head.0.weight', [3, 7]],
      ['shape_head.weight', [1]],
      ['project1.weight', [2, 2]],
    ])
    expect(await compute.extraction.describe({ file: save('heads.pth', [...whole, ...heads]) })).toMatchObject({
      kind: 'relation',
      width: 16,
      sizes: { branches: [2, 3, 4, 5], features: [6], hidden: [4], types: [6, 10, 10] },
    })
  })

  const branch = 'backbone.stage4.0.branches.3'
  test.each([
    ['a missing branch', without(branch), 'weights.tensor-missing', `${branch}.0.conv1.weight`],
    [
      'a missing stage',
      without('backbone.stage3'),
      'weights.tensor-missing',
      'backbone.stage3.0.branches.0.0.conv1.weight',
    ],
    ['no projection', without('project.'), 'weights.tensor-missing', 'project.1.weight'],
    [
      'a missing block',
      without('past_encoder.interaction_hyper2'),
      'weights.tensor-missing',
      'past_encoder.interaction_hyper2',
    ],
    [
      'a missing edge type',
      without('past_encoder.interaction.edge_aggregation_list.0.agg_mlp.5'),
      'weights.tensor-missing',
      'past_encoder.interaction.edge_aggregation_list.0.agg_mlp.5.layers.0.weight',
    ],
    ['a layer of another width', replaced('project.1.weight', [4, 8]), 'weights.shape-mismatch', 'project.1.weight'],
    [
      'a convolution of another width',
      replaced('backbone.transition2.2.0.0.weight', [4, 9, 3, 3]),
      'weights.shape-mismatch',
      'backbone.transition2.2.0.0.weight',
    ],
    ['numbers that are none', replaced('project.1.bias', [4], Number.NaN), 'weights.not-finite', 'project.1.bias'],
    [
      'a negative variance',
      replaced('backbone.bn1.running_var', [64], -1),
      'weights.variance-negative',
      'backbone.bn1.running_var',
    ],
    [
      'the ResNet-50 variant',
      [
        ...without('backbone.stage', 'backbone.transition'),
        ...randomWeights([['backbone.layer4.0.conv1.weight', [2, 2, 1, 1]]]),
      ],
      'weights.variant-unsupported',
      'relation_joint.pkl',
    ],
    ['other names', randomWeights([['encoder.weight', [2]]]), 'weights.unrecognised', 'encoder.weight'],
  ])('with %s is refused by name', async (name, weights, code, named) => {
    const file = save(`${name.replaceAll(' ', '-')}.pth`, weights)
    const error: unknown = await compute.extraction.describe({ file }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    expect((error as Error).message).toContain(named)
    expect((error as Error).message).toContain(file)
  })
})

describe('students that look the same', () => {
  test('of equal cosines the lowest rows are the neighbours', async () => {
    const { encoder } = await openRelation(save('ties.pth', whole))
    const students = 8
    const one = [0.3, -0.8, 1.4, 0.2, -1.1, 0.7]
    const withoutNoise: BlockNoise = new Map(
      noiseShapes(encoder.sizes, students).map(({ block, edges, types }) => [block, new Float32Array(edges * types)]),
    )
    const { vectors } = await encodeScene(
      encoder,
      {
        students,
        features: Float32Array.from({ length: students * one.length }, (_, at) => one[at % one.length]!),
        boxNumbers: new Float32Array(students * 3),
        withoutArea: new Uint8Array(students),
      },
      withoutNoise,
    )
    // Every row marks the same lowest three (then five) rows: those are joined by all edges, the rest by none.
    const width = vectors.length / students
    const part = (student: number, quarter: number): number[] => [
      ...vectors.subarray(student * width + quarter * (width / 4), student * width + (quarter + 1) * (width / 4)),
    ]
    for (const [quarter, count] of [
      [2, 3],
      [3, 5],
    ] as const) {
      for (let student = 1; student < count; student += 1) expect(part(student, quarter)).toEqual(part(0, quarter))
      for (let student = count + 1; student < students; student += 1) {
        expect(part(student, quarter)).toEqual(part(count, quarter))
      }
      expect(part(count, quarter)).not.toEqual(part(0, quarter))
    }
  })
})
