import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ProviderPanel } from '#shared/contract/models.ts'
import { runtimeLibraryFolder } from '#main/compute/sessions/runtime.ts'
import { runProbe } from '#main/compute/sessions/probe-process.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { computeEntry, startCompute } from '../../support/compute.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden')
const cudaLibrary = join(runtimeLibraryFolder(), 'libonnxruntime_providers_cuda.so')
const compute = startCompute()
let panel: ProviderPanel

beforeAll(async () => {
  panel = await compute.models.providers({})
})

const reportOf = (provider: string) => panel.reports.find((report) => report.provider === provider)

test('the CPU runs, agrees with itself, and is timed after a warm-up', () => {
  expect(reportOf('cpu')).toMatchObject({ available: true, runs: true, remedy: null, maxRelativeDifference: 0 })
  expect(reportOf('cpu')!.msPerStudent).toBeGreaterThan(0)
  expect(reportOf('cpu')!.studentsPerSecond).toBeCloseTo(1000 / reportOf('cpu')!.msPerStudent!, 5)
  expect(panel.warmUpRuns).toBeGreaterThan(0)
  expect(panel.timedRuns).toBeGreaterThan(1)
  expect(panel.runtimeVersion).toMatch(/^1\.\d+/)
})

test('a provider that does not run says why, without figures; one that runs agrees with the CPU', () => {
  for (const report of panel.reports) {
    expect(report.reason).not.toBe('')
    if (report.runs) expect(report.maxRelativeDifference).toBeLessThanOrEqual(1e-4)
    else if (report.maxRelativeDifference === null) expect(report.msPerStudent).toBeNull()
  }
  expect(panel.chosen).toBe(reportOf('cuda')?.runs ? 'cuda' : 'cpu')
})

test('a native crash of a probe is the answer "does not run"', async () => {
  const outcome = await runProbe(computeEntry, 'cpu', ['--import', 'data:text/javascript,process.abort()'])
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('SIGABRT') as string })
})

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64' || existsSync(cudaLibrary))(
  'CUDA without its libraries (needs Linux x64 where they were not installed)',
  () => {
    const model = {
      file: join(golden, 'gated.pth'),
      config: join(golden, 'gated.json'),
      chosen: {},
      hasBoxes: true,
    }
    const nobody = { vectors: [], boxesNormalised: null, sceneOffsets: new Uint32Array([0]) }

    test('the panel names the library and the command that gets it', () => {
      expect(reportOf('cuda')).toMatchObject({
        available: true,
        runs: false,
        reason: expect.stringContaining('libonnxruntime_providers_cuda.so is missing') as string,
        remedy: expect.stringContaining('--onnxruntime-node-install=cuda12') as string,
      })
    })

    test('demanding it is refused with that reason; auto takes the CPU and says why', async () => {
      const vectors = ['grouprec', 'convnext'].map((name, index) => ({
        name,
        width: index === 0 ? 32 : 24,
        files: [{ file: join(golden, 'features.pkl'), dtype: 'f4' }],
        fileOf: null,
        rows: new Uint32Array(),
      }))
      const students = { ...nobody, vectors }
      await expect(first(compute.models.predict({ model, device: 'cuda', students }))).rejects.toMatchObject({
        code: 'inference.provider-unavailable',
        message: expect.stringMatching(
          /libonnxruntime_providers_cuda\.so.*--onnxruntime-node-install=cuda12/,
        ) as string,
      })
      expect(await first(compute.models.predict({ model, device: 'auto', students }))).toMatchObject({
        kind: 'start',
        provider: 'cpu',
        reason: expect.stringContaining('libonnxruntime_providers_cuda.so is missing') as string,
      })
    })
  },
)

async function first<Value>(stream: AsyncIterable<Value>): Promise<Value | undefined> {
  for await (const value of stream) return value
  return undefined
}
