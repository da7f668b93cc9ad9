import type { Browser, CDPSession, Page } from 'playwright-core'
import { guard } from './guard.ts'

type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0]
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0]

/** Electron's permissions, and Chromium's names for the same. */
const permissions = {
  media: ['camera', 'microphone'],
  geolocation: ['geolocation'],
  notifications: ['notifications'],
  'clipboard-read': ['clipboard-read'],
  'clipboard-sanitized-write': ['clipboard-write'],
} as const
export type PermissionName = keyof typeof permissions

/** The default session: both permission handlers, whose verdicts the page really meets. */
export class Permissions {
  private readonly browser: Browser
  private onRequest: RequestHandler = null
  private onCheck: CheckHandler = null
  private root: Promise<CDPSession> | null = null

  readonly session = guard('Session', {
    setPermissionRequestHandler: (handler) => {
      this.onRequest = handler
    },
    setPermissionCheckHandler: (handler) => {
      this.onCheck = handler
    },
  } satisfies Partial<Electron.Session>)

  constructor(browser: Browser) {
    this.browser = browser
  }

  /** What the check handler says; without one Electron grants everything. */
  check(contents: object, url: string, name: PermissionName): boolean {
    const details = { requestingUrl: url, isMainFrame: true }
    return this.onCheck?.(contents as Electron.WebContents, name, url, details) ?? true
  }

  /** What the request handler says, likewise. */
  async request(contents: object, url: string, name: PermissionName): Promise<boolean> {
    const handler = this.onRequest
    if (!handler) return true
    const details = { requestingUrl: url, isMainFrame: true }
    return new Promise((resolve) => handler(contents as Electron.WebContents, name, resolve, details))
  }

  /** Gives Chromium the verdicts before a load. */
  async apply(contents: object, url: string, page: Page): Promise<void> {
    // Kept until the end: detaching undoes what it set.
    const root = await (this.root ??= this.browser.newBrowserCDPSession())
    const cdp = await page.context().newCDPSession(page)
    const { targetInfo } = await cdp.send('Target.getTargetInfo')
    await cdp.detach()
    for (const name of Object.keys(permissions) as PermissionName[]) {
      const isGranted = this.check(contents, url, name) && (await this.request(contents, url, name))
      const setting = isGranted ? 'granted' : 'denied'
      for (const chromiumName of permissions[name]) {
        const permission = { name: chromiumName }
        const browserContextId = targetInfo.browserContextId
        await root.send('Browser.setPermission', { permission, setting, ...(browserContextId && { browserContextId }) })
      }
    }
  }

  async close(): Promise<void> {
    await (await this.root)?.detach()
  }
}
