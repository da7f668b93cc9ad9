import { chromium, type Browser } from 'playwright-core'
// The scripts know where a Chromium is; tests ask them, so that there is one list of places.
import { findChromium } from '../../scripts/chromium.mjs'

let shared: Promise<Browser> | undefined

/** One Chromium for all tests of a file. Throws where there is none: the browser tests never skip. */
export function browser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('There is no Chromium here; npm test installs one.')
  shared ??= chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--font-render-hinting=none'],
  })
  return shared
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close()
  shared = undefined
}
