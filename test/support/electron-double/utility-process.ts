import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { guard } from './guard.ts'

const shim = join(import.meta.dirname, 'utility-shim.mjs')

/** A utility process as a forked Node with `process.parentPort`. */
export class UtilityProcessDouble
  extends EventEmitter
  implements Pick<Electron.UtilityProcess, 'kill' | 'pid' | 'postMessage'>
{
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>
  private readonly child: ChildProcess
  private running = true

  constructor(modulePath: string, args: string[] = [], options: Electron.ForkOptions = {}) {
    super()
    const { stdio = 'inherit' } = options
    if (stdio !== 'pipe') throw new Error(`electron double: only stdio 'pipe' of utilityProcess.fork is doubled`)
    this.child = fork(modulePath, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--import', shim],
    })
    this.stdout = this.child.stdout
    this.stderr = this.child.stderr
    this.child.on('message', (message) => this.emit('message', message))
    this.child.once('spawn', () => this.emit('spawn'))
    this.gone = new Promise((resolve) => {
      // Not `exit`: output and messages that are still under way come first.
      this.child.once('close', (code, signal) => {
        this.running = false
        // Electron gives what waitpid gives: a signal's number where a signal ended it.
        this.emit('exit', code ?? (signal ? constants.signals[signal] : 1))
        resolve()
      })
    })
  }

  get pid(): number | undefined {
    return this.running ? this.child.pid : undefined
  }

  postMessage(message: unknown): void {
    if (this.child.connected) this.child.send(message as object)
  }

  kill(): boolean {
    return this.child.kill()
  }
}

export function doubleUtilityProcess() {
  const children: UtilityProcessDouble[] = []
  const utilityProcess = {
    fork: (modulePath, args, options) => {
      const child = guard('UtilityProcess', new UtilityProcessDouble(modulePath, args, options))
      children.push(child)
      return child
    },
  } satisfies Partial<typeof Electron.utilityProcess>
  return { utilityProcess, children }
}
