// `node scripts/make-screenshots.ts`: the pictures of the README, taken of the built application on the synthetic sample.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { closeBrowser } from '../test/support/browser.ts'
import { openWebApp, root } from '../test/support/web-app.ts'

const folder = join(root, 'resources', 'screenshots')
mkdirSync(folder, { recursive: true })
const app = await openWebApp({ size: { width: 1360, height: 850 } })
const { page } = app
await page.getByText('Open the sample').click()
await page.locator('[data-testid=canvas][data-loaded=true]').waitFor()
for (let seat = 0; seat < 34; seat++) await page.keyboard.press('Tab')
await page.getByTestId('neighbours').getByText('Student').first().waitFor()
await page.waitForTimeout(500)
await page.screenshot({ path: join(folder, 'label.png') })
await app.close()
await closeBrowser()
