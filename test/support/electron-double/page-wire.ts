import type { CDPSession, Page } from 'playwright-core'
import { bindingName, mainWorldScript, preloadWorldName, preloadWorldScript } from './page/page-scripts.ts'
import type { FromWorldWire, ToWorld } from './wire-messages.ts'

export interface PageWireOptions {
  readonly page: Page
  readonly cdp: CDPSession
  readonly preload: string | undefined
  readonly standardSchemes: readonly string[]
  readonly onMessage: (message: FromWorldWire) => void
  /** A document went away, and its preload's world with it. */
  readonly onGone: () => void
}

/** The wire between main and the preload's world of one page, which the page itself cannot see. */
export class PageWire {
  private readonly cdp: CDPSession
  private world: number | null = null
  private queue: ToWorld[] = []
  private sending = false

  private constructor(cdp: CDPSession) {
    this.cdp = cdp
  }

  /** Sets up both worlds; to be called before the page loads anything. */
  static async open({ cdp, preload, standardSchemes, onMessage, onGone }: PageWireOptions): Promise<PageWire> {
    const wire = new PageWire(cdp)
    const { frameTree } = await cdp.send('Page.getFrameTree')
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      const facts = context.auxData as { frameId?: string } | undefined
      if (context.name !== preloadWorldName || facts?.frameId !== frameTree.frame.id) return
      onGone()
      wire.world = context.id
      wire.queue = []
    })
    cdp.on('Runtime.bindingCalled', ({ executionContextId, payload }) => {
      if (executionContextId === wire.world) onMessage(JSON.parse(payload) as FromWorldWire)
    })
    await cdp.send('Page.enable')
    await cdp.send('Runtime.enable')
    await cdp.send('Runtime.addBinding', { name: bindingName, executionContextName: preloadWorldName })
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: mainWorldScript(standardSchemes) })
    if (preload !== undefined) {
      const source = preloadWorldScript(preload)
      await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: preloadWorldName })
    }
    return wire
  }

  /** Messages go in order; those that come while one batch is under way go together in the next. */
  deliver(message: ToWorld): void {
    if (this.world === null) return
    this.queue.push(message)
    if (!this.sending) void this.flush()
  }

  disconnect(): void {
    this.world = null
    this.queue = []
  }

  private async flush(): Promise<void> {
    this.sending = true
    while (this.queue.length > 0 && this.world !== null) {
      const batch = JSON.stringify(this.queue)
      this.queue = []
      const call = {
        executionContextId: this.world,
        functionDeclaration: 'batch => electronDoubleDeliver(JSON.parse(batch))',
        arguments: [{ value: batch }],
      }
      // The document may be gone by now; what was meant for it is lost, as in Electron.
      await this.cdp.send('Runtime.callFunctionOn', call).catch(() => undefined)
    }
    this.sending = false
  }
}
