import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { commandLine } from '../../support/command-line.ts'
import { writePickleFile } from '../../support/feature-pickles.ts'
import { root } from '../../support/web-app.ts'

const cli = commandLine('source')
const sample = join(root, 'resources', 'sample')
const project = join(cli.folder, 'class.lectern')

beforeAll(async () => {
  const features = join(sample, 'features.pkl')
  const dict = readPickle(readFileSync(features), { file: features }) as Map<PickleValue, PickleValue>
  dict.set('labels', NdArray.of('int64', new BigInt64Array(162).fill(-1n), [162]))
  await cli.json('init', project, '--images', join(sample, 'images'))
  await cli.json('import', project, writePickleFile(join(cli.folder, 'features.pkl'), dict))
  await cli.json('predict', project, '--model', join(sample, 'convnext_only.pth'), '--name', 'one')
  await cli.json('predict', project, '--model', join(sample, 'head.pth'), '--name', 'two')
}, 120_000)

test('an ensemble is made without figures', async () => {
  const made = await cli.json('ensemble', project, '--models', 'one,two', '--name', 'both')
  expect(Object.keys(made as object)).toEqual(['ensemble'])
  expect(made).toMatchObject({
    ensemble: {
      members: [
        { name: 'one', weight: 0.5 },
        { name: 'two', weight: 0.5 },
      ],
    },
  })
})

test.each([
  ['evaluate', ['--model', 'one']],
  ['calibrate', ['--model', 'one']],
  ['compare', ['one', 'two']],
] as const)('%s says that nobody has a label, in place of figures of 0 %%', async (command, options) => {
  const { code, message } = await cli.failure(command, project, ...options)
  expect(code).toBe('evaluation.no-labels')
  expect(message).toMatch(/one.* predicted has a label/)
})
