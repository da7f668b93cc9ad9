import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { CDPSession, Page } from 'playwright-core'
import { decode, encode } from './codec.ts'
import type { Desktop } from './desktop.ts'
import { makeFrame, type FrameFacts } from './frames.ts'
import { guard, isAllowed, makeEvent } from './guard.ts'
import type { IpcMainDouble } from './ipc-main.ts'
import { PageWire } from './page-wire.ts'
import type { Permissions } from './permissions.ts'
import { MessagePortMainDouble } from './ports.ts'
import type { Schemes } from './schemes.ts'
import type { FromWorldWire, ToWorld } from './wire-messages.ts'

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0]

/** What all windows of one launch share. */
export interface ContentsParts {
  readonly desktop: Desktop
  readonly schemes: Schemes
  readonly ipcMain: IpcMainDouble
  readonly permissions: Permissions
  /** A new page in the browser context of this launch. */
  readonly newPage: () => Promise<Page>
}

/** The page of a window: a real one in Chromium, with the preload in an isolated world of its own. */
export class WebContentsDouble
  extends EventEmitter
  implements
    Pick<Electron.WebContents, 'getURL' | 'isDestroyed' | 'loadURL' | 'postMessage' | 'send' | 'setWindowOpenHandler'>
{
  readonly page: Promise<Page>
  /** The page once it is there; requests ask which window is theirs. */
  livePage: Page | null = null
  loaded = false
  private readonly parts: ContentsParts
  private readonly ports = new Map<number, MessagePort>()
  private wire: PageWire | null = null
  private lastPort = 0
  /** What main itself asked to load: no will-navigate for that. */
  private expected: string | null = null
  private current = ''
  private destroyed = false
  private openHandler: OpenHandler = () => ({ action: 'allow' })

  constructor(parts: ContentsParts, preload: string | undefined) {
    super()
    this.parts = parts
    this.page = this.open(preload)
    this.page.catch((error: unknown) => parts.desktop.problems.push(String(error)))
  }

  async loadURL(url: string): Promise<void> {
    const { permissions, schemes } = this.parts
    const page = await this.page
    await permissions.apply(this, url, page)
    this.expected = url
    try {
      await page.goto(schemes.toAlias(url))
    } catch (error) {
      const code = /net::(ERR_\w+)/.exec(String(error))?.[1] ?? 'ERR_FAILED'
      throw new Error(`${code} (-2) loading '${url}'`, { cause: error })
    }
  }

  getURL(): string {
    return this.current
  }

  isDestroyed(): boolean {
    return this.destroyed
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }

  send(channel: string, ...args: unknown[]): void {
    this.deliver({ kind: 'message', channel, data: encode(args), ports: [] })
  }

  postMessage(channel: string, message: unknown, transfer: Electron.MessagePortMain[] = []): void {
    const ports = transfer.map((port) => {
      this.lastPort += 1
      return this.adopt(this.lastPort, (port as unknown as MessagePortMainDouble).inner)
    })
    this.deliver({ kind: 'message', channel, data: encode([message]), ports })
  }

  deliver(message: ToWorld): void {
    this.wire?.deliver(message)
  }

  /** will-navigate, unless it is main's own load. */
  mayNavigate(url: string): boolean {
    const own = this.expected === url
    this.expected = null
    return own || isAllowed(this, 'will-navigate', { url, isMainFrame: true, isSameDocument: false }, url)
  }

  /** The event that a handler of ipcMain sees; a null frame is one that is gone already. */
  ipcEvent(from: FrameFacts | null, ports: readonly MessagePortMainDouble[] = []): object {
    const details = { sender: this, senderFrame: from && makeFrame(from, this), ports }
    return guard('IpcMainEvent', makeEvent(details))
  }

  async dispose(): Promise<void> {
    this.destroyed = true
    const page = await this.page.catch(() => null)
    await page?.close()
    this.wire?.disconnect()
    this.dropPorts()
  }

  private async open(preload: string | undefined): Promise<Page> {
    const page = await this.parts.newPage()
    this.livePage = page
    const cdp = await page.context().newCDPSession(page)
    this.wire = await PageWire.open({
      page,
      cdp,
      preload,
      standardSchemes: [...this.parts.schemes.standard],
      onMessage: (message) => void this.receive(message),
      onGone: () => this.dropPorts(),
    })
    this.watch(page, cdp)
    return page
  }

  private watch(page: Page, cdp: CDPSession): void {
    const { desktop, schemes } = this.parts
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.current = schemes.fromAlias(frame.url())
    })
    page.on('load', () => {
      this.loaded = true
      this.emit('did-finish-load', makeEvent())
    })
    page.on('pageerror', (error) => desktop.problems.push(`page: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      // The double's own sandbox policy against popups draws this remark.
      if (message.text().startsWith('An iframe which has both allow-scripts and allow-same-origin')) return
      if (['error', 'warning'].includes(message.type())) desktop.problems.push(`console: ${message.text()}`)
    })
    cdp.on('Page.windowOpen', ({ url, windowName, windowFeatures }) => {
      const details = { url: schemes.fromAlias(url), frameName: windowName, features: windowFeatures.join() }
      const referrer = { url: this.current, policy: 'default' as const }
      const { action } = this.openHandler({ ...details, disposition: 'foreground-tab', referrer })
      if (action === 'allow') desktop.problems.push(`electron double: a new window for ${url} is not doubled`)
    })
  }

  private async receive(message: FromWorldWire): Promise<void> {
    const { desktop, ipcMain, schemes } = this.parts
    const from = { url: schemes.fromAlias(message.url) }
    if (message.kind === 'send')
      ipcMain.emit(message.channel, this.ipcEvent(from), ...(decode(message.data) as unknown[]))
    else if (message.kind === 'post') {
      const ports = message.ports.map((id) => this.portFromPage(id))
      ipcMain.emit(message.channel, this.ipcEvent(from, ports), decode(message.data))
    } else if (message.kind === 'port') this.ports.get(message.id)?.postMessage(message.data)
    else if (message.kind === 'port-close') this.ports.get(message.id)?.close()
    else if (message.kind === 'context-menu') {
      const { isEditable, selectionText } = message
      this.emit('context-menu', makeEvent(), guard('ContextMenuParams', { isEditable, selectionText }))
    } else if (message.kind === 'navigate') {
      if (this.mayNavigate(message.to)) await this.loadURL(message.to)
    } else if (message.kind === 'preload-error') {
      desktop.problems.push(`preload: ${message.error}`)
    } else {
      const { id, channel } = message
      const answer = await ipcMain.invoke(this.ipcEvent(from), channel, message.data)
      if ('error' in answer) this.deliver({ kind: 'reply-error', id, channel, error: answer.error })
      else this.deliver({ kind: 'reply', id, channel, data: answer.data })
    }
  }

  /** Bridges a port whose other end goes into the page. */
  private adopt(id: number, port: MessagePort): number {
    this.ports.set(id, port)
    port.on('message', (data: string) => this.deliver({ kind: 'port', id, data }))
    port.once('close', () => {
      if (this.ports.delete(id)) this.deliver({ kind: 'port-close', id })
    })
    return id
  }

  private portFromPage(id: number): MessagePortMainDouble {
    const { port1, port2 } = new MessageChannel()
    this.adopt(id, port1)
    return new MessagePortMainDouble(port2)
  }

  private dropPorts(): void {
    const dropped = [...this.ports.values()]
    this.ports.clear()
    for (const port of dropped) port.close()
  }
}
