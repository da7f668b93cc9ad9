import type { Browser } from 'playwright-core'

export interface DesktopOptions {
  readonly browser: Browser
  readonly userData: string
  /** What requestSingleInstanceLock answers. */
  readonly lock?: boolean
  readonly packaged?: boolean
  /** Locale of the system, BCP 47. */
  readonly locale?: string
  /** Answers requests to the network, for tests of foreign pages; without it every such request fails. */
  readonly network?: (url: string) => Response | undefined
}

export type DesktopCall = readonly [api: string, ...args: unknown[]]

/** What the tests and all doubled parts share: what would have left the process, and what went wrong. */
export interface Desktop {
  readonly options: DesktopOptions
  readonly calls: DesktopCall[]
  /** A test ends by expecting none. */
  readonly problems: string[]
}

export const createDesktop = (options: DesktopOptions): Desktop => ({ options, calls: [], problems: [] })

export const callsOf = (desktop: Pick<Desktop, 'calls'>, api: string): unknown[][] =>
  desktop.calls.filter(([name]) => name === api).map(([, ...args]) => args)
