import { AppError } from '#shared/contract/app-error.ts'
import type { ProviderPanel, ProviderReport } from '#shared/contract/models.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { probeTimedRuns, probeTolerance, probeWarmUpRuns } from './probe-provider.ts'
import { runProbe } from './probe-process.ts'
import type { ProbeOutcome } from './probe-process.ts'
import { absentLibrary, cpuOnly, installCommand } from './provider-library.ts'
import { loadRuntime, runtimeLibraryFolder } from './runtime.ts'

export interface ProviderChoice {
  readonly provider: string
  /** Why this one, as a sentence; recorded with every run. */
  readonly reason: string
}

export interface Providers {
  /** Tries each provider of this build again and reports. */
  panel(): Promise<ProviderPanel>
  /** The provider for a device. `cuda` that does not run is `inference.provider-unavailable`. */
  choose(device: Device): Promise<ProviderChoice>
}

/** The execution providers of this machine. Probes run in throw-away processes of `entry`, and their answers are kept. */
export function createProviders(entry: string): Providers {
  const known = new Map<string, Promise<ProviderReport>>()
  const probe = (provider: string): Promise<ProviderReport> => {
    const report = probeReport(entry, provider)
    known.set(provider, report)
    return report
  }
  const cuda = (): Promise<ProviderReport> => known.get('cuda') ?? probe('cuda')

  const panel = async (): Promise<ProviderPanel> => {
    const runtime = await loadRuntime()
    const names = runtime.listSupportedBackends().map(({ name }) => name)
    const reports: ProviderReport[] = []
    // One at a time: probes that share the processor would time each other.
    for (const name of ['cpu', ...names.filter((other) => other !== 'cpu')]) reports.push(await probe(name))
    const chosen = reports.some(({ provider, runs }) => provider === 'cuda' && runs) ? 'cuda' : 'cpu'
    const runtimeVersion = runtime.env.versions.node ?? runtime.env.versions.common
    return { chosen, reports, runtimeVersion, warmUpRuns: probeWarmUpRuns, timedRuns: probeTimedRuns }
  }

  const choose = async (device: Device): Promise<ProviderChoice> => {
    if (device === 'cpu') return { provider: 'cpu', reason: 'The CPU was asked for.' }
    const report = await cuda()
    if (report.runs) return { provider: 'cuda', reason: report.reason }
    if (device === 'auto') return { provider: 'cpu', reason: `CUDA does not run here: ${report.reason}` }
    throw unavailable(report)
  }
  return { panel, choose }
}

function unavailable({ reason, remedy }: ProviderReport): AppError {
  const help = (remedy ?? `Its libraries come with: ${installCommand}`).replace(/\.$/, '')
  return new AppError(
    'inference.provider-unavailable',
    `CUDA was asked for but does not run here: ${reason} ${help}. Or choose the device "auto" or "cpu".`,
    { provider: 'cuda', reason, remedy: help },
  )
}

async function probeReport(entry: string, provider: string): Promise<ProviderReport> {
  const runtime = await loadRuntime()
  const available = runtime.listSupportedBackends().some(({ name }) => name === provider)
  if (!available) {
    return describe(provider, false, {
      kind: 'failed',
      reason: `ONNX Runtime for ${process.platform} ${process.arch} is built without it.`,
      code: 'provider.not-built',
      details: { platform: process.platform, arch: process.arch },
      remedy: cpuOnly,
    })
  }
  const absent = absentLibrary(provider, runtimeLibraryFolder())
  return describe(provider, true, absent ? { kind: 'failed', ...absent } : await runProbe(entry, provider))
}

function describe(provider: string, available: boolean, outcome: ProbeOutcome): ProviderReport {
  if (outcome.kind === 'failed') {
    const { reason, code, details, remedy } = outcome
    const figures = { maxRelativeDifference: null, msPerStudent: null, studentsPerSecond: null }
    return { provider, available, runs: false, reason, code, details, remedy, ...figures }
  }
  const { maxRelativeDifference, msPerStudent } = outcome.measurement
  const agrees = maxRelativeDifference <= probeTolerance
  const difference = maxRelativeDifference.toExponential(1)
  return {
    provider,
    available,
    runs: agrees,
    reason: agrees
      ? provider === 'cpu'
        ? 'Its probe ran.'
        : `Its probe ran and agrees with the CPU (largest relative difference ${difference}).`
      : `Its probe ran but disagrees with the CPU: largest relative difference ${difference}, allowed ${probeTolerance}.`,
    code: agrees ? (provider === 'cpu' ? 'provider.runs' : 'provider.agrees') : 'provider.disagrees',
    details: { difference, allowed: probeTolerance },
    remedy: agrees ? null : 'Update the graphics driver, or use the CPU.',
    maxRelativeDifference,
    msPerStudent,
    studentsPerSecond: 1000 / msPerStudent,
  }
}
