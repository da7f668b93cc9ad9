import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { Desktop } from './desktop.ts'
import { isAllowed, makeEvent } from './guard.ts'

interface Closable {
  /** Asks the window's own close event; false where it refused. */
  closeNow(): boolean
}

/** `app`: its life from ready to quit. `windows` are asked to close when it quits. */
export class AppDouble
  extends EventEmitter
  implements
    Pick<
      Electron.App,
      | 'addRecentDocument'
      | 'exit'
      | 'getLocale'
      | 'getPath'
      | 'getVersion'
      | 'isPackaged'
      | 'isReady'
      | 'quit'
      | 'requestSingleInstanceLock'
      | 'whenReady'
    >
{
  readonly isPackaged: boolean
  /** Resolves with the exit code when the application has quit. */
  readonly exited: Promise<number>
  private readonly desktop: Desktop
  private readonly windows: ReadonlySet<Closable>
  private readonly ready = Promise.withResolvers<void>()
  private readonly exitCode = Promise.withResolvers<number>()
  private readyNow = false
  private quitting = false

  constructor(desktop: Desktop, windows: ReadonlySet<Closable>) {
    super()
    this.desktop = desktop
    this.windows = windows
    this.isPackaged = desktop.options.packaged ?? false
    this.exited = this.exitCode.promise
  }

  whenReady(): Promise<void> {
    return this.ready.promise
  }

  isReady(): boolean {
    return this.readyNow
  }

  getPath(name: Parameters<Electron.App['getPath']>[0]): string {
    const { userData } = this.desktop.options
    return name === 'userData' ? userData : join(userData, '..', name)
  }

  getVersion(): string {
    return '0.0.0-double'
  }

  getLocale(): string {
    return this.desktop.options.locale ?? 'en-GB'
  }

  requestSingleInstanceLock(): boolean {
    return this.desktop.options.lock ?? true
  }

  addRecentDocument(path: string): void {
    this.desktop.calls.push(['app.addRecentDocument', path])
  }

  /** before-quit, then every window's close, then will-quit; each may refuse. */
  quit(): void {
    if (this.quitting) return
    this.quitting = true
    setImmediate(() => {
      const goes =
        isAllowed(this, 'before-quit') &&
        [...this.windows].every((window) => window.closeNow()) &&
        isAllowed(this, 'will-quit')
      if (goes) this.exit()
      else this.quitting = false
    })
  }

  exit(code = 0): void {
    this.emit('quit', makeEvent(), code)
    this.exitCode.resolve(code)
  }

  /** The system's side: the application may start. */
  becomeReady(): void {
    this.readyNow = true
    this.ready.resolve()
    this.emit('ready', makeEvent(), {})
  }

  /** A quit that is under way ends the last window; it must not start another. */
  lastWindowClosed(): void {
    if (!this.quitting) this.emit('window-all-closed')
  }
}
