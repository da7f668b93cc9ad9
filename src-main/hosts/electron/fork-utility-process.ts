import { utilityProcess } from 'electron'
import type { ForkPort } from '#main/compute/launcher/compute-child.ts'

const outputTailBytes = 4096

/** Forks the compute process as Electron does it; the port of `child_process.fork` for the command line. */
export function forkUtilityProcess(entry: string): ForkPort {
  return () => {
    const child = utilityProcess.fork(entry, [], { stdio: 'pipe', serviceName: 'Lectern compute' })
    let tail = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => (tail = (tail + data.toString()).slice(-outputTailBytes)))
    }
    return {
      send: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (code) => listener({ code, signal: null, output: tail.trimEnd() })),
      kill: () => void child.kill(),
    }
  }
}
