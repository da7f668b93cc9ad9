import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = resolve(import.meta.dirname, '../../..')
const tensor = z.strictObject({ name: z.string(), shape: z.array(z.union([z.string(), z.int()])).min(1) })
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
  classes: z.array(z.string()).min(2),
})
const files = globSync('models/*.json', { cwd: root })

test('there are cards', () => expect(files.length).toBeGreaterThan(2))

test.each(files)('%s is a whole card, and its weights are those it names', (file) => {
  const { weights, sha256, classes, output } = card.parse(JSON.parse(readFileSync(join(root, file), 'utf8')))
  expect(output.shape.at(-1)).toBe(classes.length)
  if (weights === null) return
  expect(
    createHash('sha256')
      .update(readFileSync(join(root, weights)))
      .digest('hex'),
  ).toBe(sha256)
})
