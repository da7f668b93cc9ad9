import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { childProcesses, peakMegabytes } from './measure.ts'

/** What the page keeps while a bench looks at it. */
interface Bench {
  frames: number[]
  running: boolean
  changed: Promise<number>
}
type BenchWindow = Window & { bench: Bench }

/** Frames a second that the page drew while `act` moved things, by `requestAnimationFrame`, and the longest time between two. */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<{ fps: number; longestMs: number }> {
  await page.evaluate(() => {
    const bench: Bench = { frames: [], running: true, changed: Promise.resolve(0) }
    ;(window as unknown as BenchWindow).bench = bench
    const tick = (at: number): void => {
      bench.frames.push(at)
      if (bench.running) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await act()
  const frames = await page.evaluate(() => {
    const { bench } = window as unknown as BenchWindow
    bench.running = false
    return bench.frames
  })
  const gaps = frames.slice(1).map((at, index) => at - frames[index]!)
  const total = gaps.reduce((sum, gap) => sum + gap, 0)
  return { fps: (1000 * gaps.length) / total, longestMs: Math.round(Math.max(...gaps)) }
}

/** Time from a key to the frame after the canvas says something else of itself in `attribute`, in ms. */
export async function keyToChangeMs(page: Page, key: string, attribute: 'scene' | 'selected'): Promise<number> {
  await page.evaluate((name) => {
    const state = (): string | undefined => {
      const data = document.querySelector<HTMLElement>('[data-testid="canvas"]')?.dataset
      return data?.['loaded'] === 'true' ? data[name] : undefined
    }
    const before = state()
    const changed = new Promise<number>((resolve) => {
      let pressed = 0
      window.addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true, once: true })
      const look = (): void => {
        const now = state()
        if (pressed > 0 && now !== undefined && now !== before) resolve(performance.now() - pressed)
        else requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    ;(window as unknown as BenchWindow).bench = { frames: [], running: false, changed }
  }, attribute)
  await page.keyboard.press(key)
  return page.evaluate(() => (window as unknown as BenchWindow).bench.changed)
}

function descendants(pid: number): number[] {
  return childProcesses(pid).flatMap((child) => [child, ...descendants(child)])
}

const isRenderer = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')
  } catch {
    return false
  }
}

/** The most memory that a page of this process's browser ever held, in MB; null where the system does not tell. */
export function rendererMegabytes(): number | null {
  const peaks = descendants(process.pid).filter(isRenderer).map(peakMegabytes)
  const known = peaks.filter((peak) => peak !== null)
  return known.length > 0 ? Math.max(...known) : null
}
