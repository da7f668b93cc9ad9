import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { closeBrowser } from '../../support/browser.ts'
import { canvas, canvasReady, canvasState, eventually, pickPath } from '../../support/hands.ts'
import { relativeError } from '../../support/compare-logits.ts'
import { logitsSceneByScene, readRows, readWeights, startHead } from '../../support/heads.ts'
import { resNetRelation, smallRafnetKit, tinyRafnetKit } from '../../support/rafnet-kit.ts'
import {
  addHead,
  addWeights,
  askForRafnet,
  dialogs,
  openPhotos,
  run,
  step,
  useDetector,
} from '../../support/rafnet-page.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { readLogits, readVectors } from '../../support/vectors.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

/** What a head in ONNX Runtime says of a pickle's rows, by photo and student. */
async function logitsOfPickle(file: string, head: string): Promise<Map<string, readonly number[]>> {
  const rows = readRows(file)
  const metadata = (readPickleFile(file) as ReadonlyMap<string, unknown>).get('metadata') as ReadonlyMap<
    string,
    unknown
  >
  const [paths, ids] = [metadata.get('img_paths'), metadata.get('bbox_ids')] as [string[], string[]]
  const { config } = parseHeadConfig(JSON.parse(readFileSync(head.replace('.pth', '.yaml'), 'utf8')), { file: head })
  const model = await startHead(buildHeadModel(config, readWeights(head), { file: head, version: 'test' }))
  const logits = await logitsSceneByScene(model, rows)
  return new Map(paths.map((path, row) => [`${path} ${ids[row]!}`, logits.slice(row * 5, row * 5 + 5)]))
}

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map((one) => Math.exp(one - Math.max(...logits)))
  const sum = powers.reduce((all, one) => all + one, 0)
  return powers.map((one) => one / sum)
}

/** The percentages that the inspector shows of the selected student, by class. */
const shownShares = (page: Page): Promise<number[]> =>
  page
    .getByTestId('probabilities')
    .locator('[data-class]')
    .evaluateAll((all) =>
      all.map((one) => Number.parseFloat(/[\d.]+/.exec(one.textContent.replace(/^\D+/, ''))?.[0] ?? 'NaN')),
    )

const isSmallKit =
  rafnetFolder !== null && ['detector', 'grouprec', 'backbones'].every((one) => existsSync(join(rafnetFolder!, one)))

describe.skipIf(!isSmallKit)(`RAFNet on a folder of photos${isSmallKit ? '' : ` (${withoutRafnet})`}`, () => {
  test('from nothing to predictions and the authors’ pickle: YOLOX, ConvNeXt, GroupRec, C+Spatial', async () => {
    app = await openWebApp()
    const { page, folder } = app
    const kit = smallRafnetKit(folder)
    const project = await openPhotos(page, kit.photos)
    await useDetector(page, kit.detector, 'Small YOLOX')
    await page.getByTestId('wanted').getByRole('button', { name: 'Run RAFNet on this folder…' }).click()
    await addWeights(page, 'relation', kit.relation)
    await addWeights(page, 'appearance', kit.appearance)
    await addHead(page, kit.head)
    for (const key of ['boxes', 'appearance', 'relation', 'predictions'])
      expect(await step(page, key).getAttribute('data-state')).toBe('will-run')
    const out = join(folder, 'out', 'features.pkl')
    await dialogs(page).getByLabel('Write a feature pickle').fill(out)
    await app.screenshot('rafnet-ready')
    await run(page)
    const outcome = page.getByTestId('chain-outcome')
    await outcome.waitFor({ timeout: 60_000 })
    expect(await outcome.innerText()).toMatch(/grouprec · 128\s+one draw, seed 0/)
    await app.screenshot('rafnet-done')

    const written = readPickleFile(out) as ReadonlyMap<string, unknown>
    expect([...written.keys()]).toEqual(['grouprec', 'convnext', 'labels', 'metadata', 'context'])
    const metadata = written.get('metadata') as ReadonlyMap<string, unknown>
    expect(metadata.get('modalities')).toEqual(['grouprec', 'convnext'])
    expect(metadata.get('modal_feature_dims')).toEqual(
      new Map([
        ['grouprec', 128],
        ['convnext', 128],
      ]),
    )
    const record = JSON.parse(readFileSync(join(dirname(out), 'run_metadata.json'), 'utf8')) as {
      features: { modality: string; weights_file: string; noise: unknown }[]
    }
    expect(record.features.map(({ modality, weights_file: file, noise }) => [modality, file, noise])).toEqual([
      ['convnext', 'convnext_small.pth', null],
      ['grouprec', 'relation_common_group8.pkl', { kind: 'seed', seed: 0 }],
    ])
    const expected = await logitsOfPickle(out, kit.head)
    const kept = readLogits(project)
    expect(expected.size).toBeGreaterThan(10)
    expect([...kept.keys()].sort()).toEqual([...expected.keys()].sort())
    for (const [name, logits] of expected) expect(relativeError([...kept.get(name)!], logits)).toBeLessThan(1e-5)

    await page.getByRole('button', { name: 'Look at the students' }).click()
    await canvasReady(page)
    const { scene, students } = await canvasState(page)
    const ofScene = [...expected].filter(([name]) => name.startsWith(`${scene} `))
    expect(students).toBe(ofScene.length)
    const rows = await page.getByTestId('scene-list').innerText()
    expect([...rows.matchAll(/(\d+) students?/g)].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(
      expected.size,
    )
    await canvas(page).focus()
    for (let seat = 0; seat < students; seat += 1) {
      const before = seat === 0 ? null : await page.getByTestId('student-title').getAttribute('title')
      await page.keyboard.press('Tab')
      const title = page.getByTestId('student-title')
      await title.waitFor()
      await eventually(
        () => title.getAttribute('title'),
        (now) => expect(now).not.toBe(before),
      )
      const logits = expected.get(`${scene} ${await title.getAttribute('title')}`)!
      await eventually(
        () => shownShares(page),
        (shown) => expect(shown).toEqual(softmax(logits).map((one) => Number((100 * one).toFixed(1)))),
      )
    }
    await app.screenshot('rafnet-label')
    expect(app.problems).toEqual([])
  })
})

async function toChinese(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('settings')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await page.getByText('设置').first().waitFor()
}

test('what is missing is named with its publisher, size and licence, in both languages; the wrong GroupRec is refused by name', async () => {
  app = await openWebApp()
  const { page, folder } = app
  const kit = tinyRafnetKit(folder)
  const joint = join(folder, 'relation_joint.pkl')
  writeFileSync(joint, resNetRelation())
  await openPhotos(page, kit.photos)
  await askForRafnet(page)
  const told = async (key: string) => (await step(page, key).getByTestId('missing-weights').innerText()).split('\n')
  expect(await told('relation')).toEqual(
    expect.arrayContaining([
      'relation_common_group8.pkl · 326.0 MB',
      expect.stringContaining('github.com/boycehbz/GroupRec'),
      'Licence: as its authors state',
    ]),
  )
  expect(await told('appearance')).toEqual(
    expect.arrayContaining([
      'convnext_base-6075fbad.pth · 354.4 MB',
      expect.stringContaining('download.pytorch.org/models/convnext_base-6075fbad.pth'),
      'Licence: BSD-3-Clause (torchvision), Apache-2.0 (timm)',
    ]),
  )
  const start = dialogs(page).getByRole('button', { name: 'Run RAFNet', exact: true })
  expect(await start.isDisabled()).toBe(true)
  await app.screenshot('rafnet-missing')

  await step(page, 'relation').getByRole('button', { name: 'Choose a file…' }).click()
  await pickPath(page, joint)
  const refusal = dialogs(page).last().getByRole('alert')
  await refusal.waitFor()
  expect(await refusal.innerText()).toMatch(/relation_joint\.pkl.*ResNet-50.*choose relation_common_group8\.pkl/)
  await app.screenshot('rafnet-refused')
  await dialogs(page).last().getByRole('button', { name: 'Cancel' }).click()
  // What is added here is taken for its step, whatever its width.
  await addWeights(page, 'relation', kit.relation)
  expect(await step(page, 'relation').getAttribute('data-state')).toBe('will-run')
  expect(await start.isDisabled()).toBe(true)
  await page.keyboard.press('Escape')
  await dialogs(page).waitFor({ state: 'hidden' })

  await toChinese(page)
  await askForRafnet(page, '运行 RAFNet')
  expect(await told('appearance')).toEqual(
    expect.arrayContaining([
      'convnext_base-6075fbad.pth · 354.4 MB',
      expect.stringContaining('由 torchvision（download.pytorch.org/models/convnext_base-6075fbad.pth）'),
      '许可证：BSD-3-Clause（torchvision）、Apache-2.0（timm）',
    ]),
  )
  await app.screenshot('rafnet-missing-zh')
  expect(app.problems).toEqual([])
})

test('stopped in the middle, it keeps what is done, remembers what it was asked for, and goes on there', async () => {
  app = await openWebApp()
  const { page, folder } = app
  const kit = tinyRafnetKit(folder, { copies: 6 })
  const project = await openPhotos(page, kit.photos)
  await useDetector(page, kit.detector, 'yolo')
  await page.getByTestId('wanted').getByRole('button', { name: 'Run RAFNet on this folder…' }).click()
  await addWeights(page, 'relation', kit.relation)
  await addWeights(page, 'appearance', kit.appearance)
  await addHead(page, kit.head)
  const noise = page.getByTestId('noise')
  await noise.getByRole('radio', { name: 'Mean of several' }).click()
  await noise.getByLabel('Draws').fill('3')
  const out = join(folder, 'features.pkl')
  await dialogs(page).getByLabel('Write a feature pickle').fill(out)
  await run(page)
  const progress = page.getByTestId('scenes-progress')
  await progress.getByText('Appearance and relation').waitFor({ timeout: 60_000 })
  await eventually(
    () => progress.innerText(),
    (text) => expect(text).toMatch(/ [2-9] of 18 photos|\s[2-9] of 18 photos/),
  )
  await app.screenshot('rafnet-middle')
  await progress.getByRole('button', { name: 'Stop' }).click()
  await page.getByTestId('chain').waitFor()
  await eventually(
    () => step(page, 'relation').innerText(),
    (text) => expect(text).toMatch(/\d+ of 108 students done/),
  )
  await app.screenshot('rafnet-stopped')
  expect(await noise.getByLabel('Draws').inputValue()).toBe('3')
  expect(await dialogs(page).getByLabel('Write a feature pickle').inputValue()).toBe(out)
  expect(existsSync(out)).toBe(false)
  const before = readVectors(project, 'grouprec').byName
  expect(before.size).toBeGreaterThan(0)
  expect(before.size).toBeLessThan(108)

  await run(page)
  await page.getByTestId('chain-outcome').waitFor({ timeout: 90_000 })
  await app.screenshot('rafnet-went-on')
  const after = readVectors(project, 'grouprec')
  expect(after.byName.size).toBe(108)
  expect(after.producer?.noise).toEqual({ kind: 'mean', draws: 3, seed: 0 })
  for (const [name, vector] of before) expect(after.byName.get(name)).toEqual(vector)
  expect(readLogits(project).size).toBe(108)
  expect(existsSync(out)).toBe(true)
  expect(app.problems).toEqual([])
})
