import { closeBrowser } from '../support/browser.ts'
import { openWebApp } from '../support/web-app.ts'
import type { BenchResult } from './bench-result.ts'
import { atMost, median } from './measure.ts'

const rounds = 4

/** From the start of the local host to the first picture of the page and to a Start page that takes clicks, in ms. */
async function once(): Promise<{ readonly window: number; readonly usable: number }> {
  const start = performance.now()
  const app = await openWebApp()
  const { page } = app
  try {
    const opened = performance.now() - start
    await page.getByText('Open the sample').waitFor()
    const usable = performance.now() - start
    const paint = await page.evaluate(() => {
      const first = performance.getEntriesByName('first-contentful-paint')[0]
      return { first: first?.startTime ?? performance.now(), now: performance.now() }
    })
    // The page's clock starts with its address, the bench's with the host: what is known of both is "now".
    const window = performance.now() - start - (paint.now - paint.first)
    return { window: Math.min(window, Math.max(opened, usable)), usable }
  } finally {
    await app.close()
  }
}

/** The first window and a usable one of the web host, warm: program files in the system's cache, the browser running. */
export async function bench(): Promise<BenchResult[]> {
  try {
    await once()
    const seen: Awaited<ReturnType<typeof once>>[] = []
    for (let round = 0; round < rounds; round++) seen.push(await once())
    const detail = `web host, median of ${rounds}`
    return [
      atMost('first window', median(seen.map(({ window }) => window)), 'ms', 2000, detail),
      atMost('usable', median(seen.map(({ usable }) => usable)), 'ms', 3000, detail),
    ]
  } finally {
    await closeBrowser()
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
