import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { ComputeExit, ForkPort } from './compute-child.ts'

/** Bytes of the child's output kept for the sentence about its crash; native aborts say their reason there. */
const outputTailBytes = 4096

export interface NodeForkOptions {
  /** Gets what the child prints, as it comes. */
  readonly onOutput?: (text: string) => void
  /** Options of Node itself, before the entry. */
  readonly execArgv?: readonly string[]
}

/**
 * Forks `entry` (`src-main/compute/main.ts` from source, `out/main/compute.js` built) under this Node.
 * The child never writes to this process's stdout, which belongs to the command line's JSON; `onOutput` gets what it prints.
 */
export function forkWithNode(entry: string, { onOutput, execArgv = [] }: NodeForkOptions = {}): ForkPort {
  return () => {
    const child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [...execArgv],
    })
    const tail = watchOutput(child, onOutput)
    return {
      // A dead child reports its end through `exit`; a message that found nobody needs no second report.
      send: (message) => void (child.connected && child.send(message as object, () => undefined)),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => onceEnded(child, tail, listener),
      kill: () => void child.kill('SIGKILL'),
    }
  }
}

function watchOutput(child: ChildProcess, onOutput: NodeForkOptions['onOutput']): () => string {
  let tail = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8')
    stream?.on('data', (text: string) => {
      tail = (tail + text).slice(-outputTailBytes)
      onOutput?.(text)
    })
  }
  return () => tail.trim()
}

/** `close` comes after the output was read to its end; a fork that never started gives `error` and nothing else. */
function onceEnded(child: ChildProcess, tail: () => string, listener: (exit: ComputeExit) => void): void {
  let ended = false
  const end = (exit: ComputeExit): void => {
    if (ended) return
    ended = true
    listener(exit)
  }
  child.once('close', (code, signal) => end({ code, signal, output: tail() }))
  child.once('error', (error) => {
    if (child.pid === undefined) end({ code: null, signal: null, output: error.message })
  })
}
