import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findPython, withoutPython } from '../support/python.ts'
import type { BenchResult } from './bench-result.ts'
import { median } from './measure.ts'

const students = 61_000
const rounds = 5
const bars = { time: 2.5, memory: 2.2 } as const
const forms = ['arrays', 'lists'] as const

interface Load {
  readonly elapsedMs: number
  readonly peakBytes: number
}

const beside = (name: string): string => resolve(import.meta.dirname, name)

function load(program: string, arguments_: readonly string[]): Load {
  const report: unknown = JSON.parse(execFileSync(program, arguments_, { encoding: 'utf8' }))
  const { elapsedMs, peakBytes } = report as Load
  return { elapsedMs, peakBytes }
}

function ratio(name: string, value: number, bar: number, detail: string): BenchResult {
  return { name, value: Math.round(value * 100) / 100, unit: 'ratio', bar, holds: value <= bar, detail }
}

/** Reader and Python take turns on the warm file, each in a process of its own. */
function compare(python: string, file: string, form: string): BenchResult[] {
  const ours: Load[] = []
  const theirs: Load[] = []
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(load(python, [beside('pickle-fixture.py'), 'load', file]))
    ours.push(load(process.execPath, [beside('pickle-load.ts'), file]))
  }
  const oursMs = median(ours.map((run) => run.elapsedMs))
  const theirsMs = median(theirs.map((run) => run.elapsedMs))
  const peakBytes = Math.max(...ours.map((run) => run.peakBytes))
  const fileBytes = statSync(file).size
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  return [
    ratio(
      `pickle ${form}: time against pickle.load`,
      oursMs / theirsMs,
      bars.time,
      `${Math.round(oursMs)} ms against ${Math.round(theirsMs)} ms for ${megabytes(fileBytes)}, median of ${rounds}`,
    ),
    ratio(
      `pickle ${form}: peak memory against the file`,
      peakBytes / fileBytes,
      bars.memory,
      `${megabytes(peakBytes)} for ${megabytes(fileBytes)}`,
    ),
  ]
}

/** Reads 500 MB feature pickles (61,000 students, 2 × 1024 float32), as one array and as a list of arrays per modality. */
export async function bench(): Promise<BenchResult[]> {
  const python = findPython('numpy')
  if (python === null) {
    return forms.map((form) => ({
      name: `pickle ${form}`,
      value: null,
      unit: 'ratio',
      bar: bars.time,
      holds: null,
      detail: withoutPython('numpy'),
    }))
  }
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  try {
    execFileSync(python, [beside('pickle-fixture.py'), 'make', folder, String(students)])
    return await Promise.resolve(forms.flatMap((form) => compare(python, join(folder, `${form}.pkl`), form)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
