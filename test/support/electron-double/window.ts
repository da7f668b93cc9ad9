import { EventEmitter } from 'node:events'
import { guard, isAllowed, makeEvent } from './guard.ts'
import { WebContentsDouble, type ContentsParts } from './web-contents.ts'

/** The double runs pages in this way only; anything weaker is refused by name. */
const safePreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webSecurity: true,
} satisfies Electron.WebPreferences

export interface WindowParts extends ContentsParts {
  readonly windows: Set<BrowserWindowDouble>
  readonly lastWindowClosed: () => void
  /** Ends of closed windows that are still under way. */
  readonly closing: Promise<void>[]
}

type WindowMode = 'normal' | 'minimized' | 'maximized'

export class BrowserWindowDouble
  extends EventEmitter
  implements
    Pick<
      Electron.BrowserWindow,
      | 'close'
      | 'destroy'
      | 'focus'
      | 'getBounds'
      | 'getNormalBounds'
      | 'isDestroyed'
      | 'isFocused'
      | 'isMaximized'
      | 'isMinimized'
      | 'isVisible'
      | 'loadURL'
      | 'maximize'
      | 'minimize'
      | 'restore'
      | 'setBounds'
      | 'show'
    >
{
  readonly options: Electron.BrowserWindowConstructorOptions
  readonly webContents: WebContentsDouble
  private readonly parts: WindowParts
  private readonly bounds: Electron.Rectangle
  private mode: WindowMode = 'normal'
  private modeBefore: WindowMode = 'normal'
  private visible: boolean
  private focused = false
  private gone = false

  constructor(parts: WindowParts, options: Electron.BrowserWindowConstructorOptions = {}) {
    super()
    const { x = 0, y = 0, width = 800, height = 600, show = true, webPreferences = {} } = options
    for (const [name, safe] of Object.entries(safePreferences)) {
      if ((webPreferences[name as keyof typeof safePreferences] ?? safe) !== safe) {
        throw new Error(`electron double: only webPreferences.${name} = ${safe} is doubled`)
      }
    }
    this.options = options
    this.parts = parts
    this.bounds = { x, y, width, height }
    this.visible = show
    this.webContents = guard('WebContents', new WebContentsDouble(parts, webPreferences.preload))
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show', makeEvent()))
    void this.fitPage()
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }

  show(): void {
    this.visible = true
    this.focus()
    this.emit('show', makeEvent())
  }

  isVisible(): boolean {
    return this.visible
  }

  focus(): void {
    this.focused = true
    this.emit('focus', makeEvent())
  }

  /** The user turns to another program. */
  blur(): void {
    this.focused = false
    this.emit('blur', makeEvent())
  }

  isFocused(): boolean {
    return this.focused
  }

  minimize(): void {
    this.focused = false
    this.enter('minimized', 'minimize')
  }

  isMinimized(): boolean {
    return this.mode === 'minimized'
  }

  maximize(): void {
    this.enter('maximized', 'maximize')
  }

  isMaximized(): boolean {
    return this.mode === 'maximized'
  }

  restore(): void {
    this.enter(this.mode === 'minimized' ? this.modeBefore : 'normal', 'restore')
  }

  getBounds(): Electron.Rectangle {
    return { ...this.bounds }
  }

  getNormalBounds(): Electron.Rectangle {
    return { ...this.bounds }
  }

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    Object.assign(this.bounds, bounds)
    void this.fitPage()
    this.emit('resize', makeEvent())
  }

  close(): void {
    setImmediate(() => this.closeNow())
  }

  /** Whether the window let itself be closed. */
  closeNow(): boolean {
    if (this.gone) return true
    const goes = isAllowed(this, 'close')
    if (goes) this.destroy()
    return goes
  }

  destroy(): void {
    if (this.gone) return
    this.gone = true
    const { windows, closing, lastWindowClosed } = this.parts
    windows.delete(this)
    closing.push(this.webContents.dispose())
    this.webContents.emit('destroyed', makeEvent())
    this.emit('closed', makeEvent())
    if (windows.size === 0) lastWindowClosed()
  }

  isDestroyed(): boolean {
    return this.gone
  }

  private enter(mode: WindowMode, event: string): void {
    this.modeBefore = this.mode
    this.mode = mode
    this.emit(event, makeEvent())
  }

  private async fitPage(): Promise<void> {
    const page = await this.webContents.page.catch(() => null)
    if (!page || this.gone) return
    const { width, height } = this.bounds
    await page.setViewportSize({ width, height }).catch(() => undefined)
  }
}

/** The `BrowserWindow` of one launch, as the application constructs it. */
export function browserWindowClass(parts: WindowParts) {
  class BrowserWindow extends BrowserWindowDouble {
    static getAllWindows(): BrowserWindowDouble[] {
      return [...parts.windows]
    }

    constructor(options?: Electron.BrowserWindowConstructorOptions) {
      super(parts, options)
      const guarded = guard('BrowserWindow', this)
      parts.windows.add(guarded)
      parts.desktop.calls.push(['new BrowserWindow', options])
      return guarded
    }
  }
  return guard('BrowserWindow', BrowserWindow)
}
