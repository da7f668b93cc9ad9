import { fork } from 'node:child_process'
import type { ErrorDetails } from '#shared/contract/app-error.ts'
import { libraryProblem, missingLibraryName, type ProviderReason } from './provider-library.ts'
import { probeProvider } from './probe-provider.ts'
import type { ProbeMeasurement } from './probe-provider.ts'
import { loadRuntime, runtimeLibraryFolder } from './runtime.ts'

export type ProbeOutcome =
  | { readonly kind: 'ran'; readonly measurement: ProbeMeasurement }
  | (ProviderReason & { readonly kind: 'failed'; readonly remedy: string | null })

const flag = '--probe'
const timeLimitMs = 60_000
const outputTailBytes = 16_384

/** The provider that this process was forked to try, or null. */
export function probeRequest(argv: readonly string[]): string | null {
  const at = argv.indexOf(flag)
  return at < 0 ? null : (argv[at + 1] ?? null)
}

/** In the throw-away process: tries the provider and reports to the parent. */
export async function answerProbe(provider: string): Promise<void> {
  const outcome = await attempt(provider)
  process.send?.(outcome, undefined, undefined, () => process.exit(0))
}

async function attempt(provider: string): Promise<ProbeOutcome> {
  try {
    const runtime = await loadRuntime()
    const problem = libraryProblem(provider, runtimeLibraryFolder())
    if (problem) return { kind: 'failed', ...problem }
    return { kind: 'ran', measurement: await probeProvider(runtime, provider) }
  } catch (error) {
    const said = withoutSourceLine(error instanceof Error ? error.message.trim() : String(error))
    return failed(said, 'provider.refused', { reason: said })
  }
}

/** ONNX Runtime puts the failed assertion before its sentence: "/onnxruntime_src/x.cc:136 void f() a == b was false. No adapter". */
const withoutSourceLine = (message: string): string => message.replace(/^\/\S+:\d+ .* was false\.\s*/s, '')

/**
 * Tries a provider in a process of its own: drivers crash, and a native crash is then only the answer "does not run".
 * `entry` is this program's own entry, `execArgv` are options of Node itself.
 */
export function runProbe(entry: string, provider: string, execArgv: readonly string[] = []): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const environment = { ...process.env, ...(process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {}) }
    const child = fork(entry, [flag, provider], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...execArgv],
      env: environment,
    })
    let output = ''
    let outcome: ProbeOutcome | null = null
    const timer = setTimeout(() => {
      const seconds = timeLimitMs / 1000
      outcome = failed(`Its probe did not end within ${seconds} s.`, 'provider.probe-endless', { seconds })
      child.kill('SIGKILL')
    }, timeLimitMs)
    child.stderr?.setEncoding('utf8')
    child.stderr?.on('data', (text: string) => (output = (output + text).slice(-outputTailBytes)))
    child.on('message', (message) => (outcome ??= message as ProbeOutcome))
    child.once('error', ({ message }) => {
      outcome ??= failed(`Its probe could not start: ${message}`, 'provider.probe-unstarted', { reason: message })
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const end = signal === null ? `with exit code ${code}` : `by signal ${signal}`
      const died = failed(`The process that tried it ended ${end}.`, 'provider.probe-died', {
        how: String(signal ?? code),
      })
      resolve(withOutput(outcome ?? died, output))
    })
  })
}

const failed = (reason: string, code: string, details: ErrorDetails): ProbeOutcome => ({
  kind: 'failed',
  reason,
  code,
  details,
  remedy: null,
})

/** Drivers say on stderr what they miss (`libvulkan.so.1`); the exception often does not. */
function withOutput(outcome: ProbeOutcome, output: string): ProbeOutcome {
  if (outcome.kind === 'ran') return outcome
  const missing = missingLibraryName(output)
  if (missing === null || outcome.reason.includes(missing)) return outcome
  const reason = `${missing} is missing. ${outcome.reason}`
  return { ...outcome, reason, code: 'provider.file-missing', details: { missing, reason: outcome.reason } }
}
