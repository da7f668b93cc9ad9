import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeConfig } from '#main/codecs/yaml/write-config.ts'
import type { ConfigMapping } from '#main/codecs/yaml/config-value.ts'
import { goldenFolder } from '../../support/heads.ts'
import { refusal } from '../../support/bad-input.ts'
import { contentOf, fullProject, type FullProject } from '../../support/real-workbench.ts'

/** Writes `<run>/seed_<n>` as RAFNet leaves it, its checkpoint a golden head. */
function writeSeed(run: string, seed: number, head: string): string {
  const folder = join(run, `seed_${seed}`)
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(goldenFolder, `${head}.pth`), join(folder, 'best_model.pth'))
  const { model } = JSON.parse(readFileSync(join(goldenFolder, `${head}.json`), 'utf8')) as { model: ConfigMapping }
  writeFileSync(join(folder, 'config.yaml'), writeConfig({ training: { seeds: [seed] }, model }))
  writeFileSync(join(folder, 'results.json'), JSON.stringify({ model: 'any', seed }))
  return folder
}

describe('a RAFNet run folder', () => {
  let full: FullProject
  beforeAll(async () => {
    full = await fullProject()
  })
  afterAll(() => full.close())
  const at = (...names: string[]): string => join(full.folder, 'results', ...names)
  const add = (folder: string) => full.client.models.addRunFolder({ folder })

  test('becomes one model per seed, in the order of the seeds, each with its own config', async () => {
    for (const [seed, head] of [
      [100, 'gated'],
      [41, 'gated_temperature'],
      [9, 'gated_uncertainty'],
    ] as const) {
      writeSeed(at('training', 'gated'), seed, head)
    }
    const models = await add(at('training', 'gated'))
    expect(models.map(({ name }) => name)).toEqual(['gated seed 9', 'gated seed 41', 'gated seed 100'])
    expect(models[1]!.assumptions).toContainEqual({ parameter: 'gate_temperature', value: '0.5', origin: 'config' })
    const run = await full.client.models.predict({ modelId: models[1]!.id, device: 'cpu' })
    expect(run).toMatchObject({ name: 'gated seed 41', students: 27, batching: 'scene' })
    // Once more gives the same models.
    expect((await add(at('training', 'gated'))).map(({ id }) => id)).toEqual(models.map(({ id }) => id))
  })

  test('one seed by its own folder; several run folders by the folder above them', async () => {
    writeSeed(at('one', 'mlp'), 7, 'mlp_grouprec')
    expect((await add(at('one', 'mlp', 'seed_7'))).map(({ name }) => name)).toEqual(['mlp seed 7'])
    writeSeed(at('a', 'c_spatial'), 41, 'c_spatial')
    writeSeed(at('b', 'c_spatial'), 41, 'c_spatial')
    writeSeed(at('b', 'ccsg'), 42, 'ccsg')
    const names = (await add(at())).map(({ name }) => name)
    expect(names).toContain('ccsg seed 42')
    expect(names).toContain('a/c_spatial seed 41')
    expect(names).toContain('b/c_spatial seed 41')
  })

  test('with a seed that is missing or broken is refused by that seed, and nothing of it is kept', async () => {
    const before = await contentOf(full)
    const unfinished = at('unfinished')
    writeSeed(unfinished, 41, 'b_disentangle')
    mkdirSync(join(unfinished, 'seed_42'))
    const broken = at('broken')
    writeSeed(broken, 41, 'b_disentangle')
    writeFileSync(join(writeSeed(broken, 42, 'b_disentangle'), 'best_model.pth'), 'half a checkpoint')
    const odd = at('odd')
    copyFileSync(join(goldenFolder, 'ccsg.pth'), join(writeSeed(odd, 43, 'b_disentangle'), 'best_model.pth'))
    mkdirSync(at('empty'))
    for (const [folder, code, named] of [
      [unfinished, 'models.seed-without-checkpoint', join(unfinished, 'seed_42')],
      [broken, 'checkpoint.not-torch', join(broken, 'seed_42', 'best_model.pth')],
      [odd, 'head.family-mismatch', join(odd, 'seed_43', 'config.yaml')],
      [at('empty'), 'models.no-seeds', at('empty')],
      [at('nowhere'), 'file.missing', at('nowhere')],
      [full.features, 'file.failed', full.features],
    ] as const) {
      const error = await refusal(add(folder))
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(named)])
    }
    expect(await contentOf(full)).toEqual(before)
  })
})
