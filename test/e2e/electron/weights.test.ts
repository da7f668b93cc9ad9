import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { desktopTests } from '../../support/desktop-tests.ts'
import { canvasReady, eventually } from '../../support/hands.ts'
import { resNetRelation, tinyRafnetKit } from '../../support/rafnet-kit.ts'
import { askForRafnet, dialogs, keepRecognised, step } from '../../support/rafnet-page.ts'

const { open, folder } = desktopTests()

test('weights dropped where RAFNet asks for them are recognised and taken; a wrong file is refused by name', async () => {
  const kit = tinyRafnetKit(folder())
  const wrong = join(folder(), 'wrong')
  mkdirSync(wrong)
  const joint = join(wrong, 'relation_joint.pkl')
  writeFileSync(joint, resNetRelation())
  const app = await open()
  const page = await app.usablePage()
  await app.dropFiles('main', [kit.photos])
  await dialogs(page).getByRole('button', { name: 'Create project' }).click()
  await canvasReady(page)
  await askForRafnet(page)
  await app.dropFiles('[data-testid="chain"]', [joint])
  const refusal = dialogs(page).last().getByRole('alert')
  await refusal.waitFor()
  expect(await refusal.innerText()).toMatch(/relation_joint\.pkl.*ResNet-50.*relation_common_group8\.pkl/)
  await app.screenshot('desktop-weights-refused')
  await dialogs(page).last().getByRole('button', { name: 'Cancel' }).click()
  for (const [key, file] of [
    ['relation', kit.relation],
    ['appearance', kit.appearance],
  ] as const) {
    await app.dropFiles('[data-testid="chain"]', [file])
    await keepRecognised(page)
    await eventually(
      () => step(page, key).getAttribute('data-state'),
      (state) => expect(state).toBe('will-run'),
    )
  }
  await app.screenshot('desktop-weights-dropped')
})

test('a GroupRec checkpoint dropped anywhere is first taken for a feature pickle, as it is named, and then for what it is', async () => {
  const kit = tinyRafnetKit(folder())
  const app = await open()
  const page = await app.usablePage()
  await app.dropFiles('main', [kit.relation])
  await dialogs(page).getByRole('button', { name: 'Import', exact: true }).click()
  await dialogs(page).getByRole('alert').getByText('a torch checkpoint').waitFor()
  await app.screenshot('desktop-weights-imported')
  await dialogs(page).getByRole('button', { name: 'Is it a weights file? Add it as a detector or extractor' }).click()
  await keepRecognised(page)
  await page.getByText('“relation_common_group8” was added.').waitFor()
})
