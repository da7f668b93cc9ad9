import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { writePickleChunks } from '#main/codecs/pickle/write-pickle.ts'
import { dict } from '../support/feature-pickles.ts'
import type { BenchResult } from './bench-result.ts'
import { atMost, notRun } from './measure.ts'
import { benchSession } from './session.ts'

const scenes = 10_000
const studentsPerScene = 10
const students = scenes * studentsPerScene
const width = 1024

interface Report {
  readonly students: number
  readonly bytes: number
  readonly seconds: number
  readonly megabytes: readonly (number | null)[]
}

/** A feature pickle of 10,000 scenes, 400 MB of vectors. */
async function writeFeatures(file: string): Promise<void> {
  const rows = Array.from({ length: students }, (_, row) => row)
  const vectors = new Float32Array(students * width)
  for (let index = 0; index < vectors.length; index += 7) vectors[index] = (index % 1009) / 1009
  const boxes = Float32Array.from(
    rows.flatMap((row) => [100 * (row % studentsPerScene), 50, 100 * (row % studentsPerScene) + 80, 150]),
  )
  const value = dict({
    convnext: NdArray.of('float32', vectors, [students, width]),
    labels: NdArray.of(
      'int64',
      BigInt64Array.from(rows, (row) => BigInt(row % 5)),
    ),
    metadata: dict({
      img_paths: rows.map((row) => `images/${Math.floor(row / studentsPerScene)}.jpg`),
      bbox_ids: rows.map((row) => String(row % studentsPerScene)),
    }),
    context: dict({
      bbox_xyxy_abs: NdArray.of('float32', boxes, [students, 4]),
      image_hw: NdArray.of('int32', Int32Array.from(rows.flatMap(() => [720, 1280])), [students, 2]),
    }),
  })
  await pipeline(Readable.from(writePickleChunks(value)), createWriteStream(file))
}

async function makeProject(folder: string): Promise<void> {
  const file = join(folder, 'features.pkl')
  await writeFeatures(file)
  const session = benchSession(folder)
  await session.client.project.create({ folder: join(folder, 'bench.lectern'), photoRoot: null })
  await session.client.exchange.importFeatures({ file })
  await session.close()
}

/** The memory that an export of 10,000 scenes takes, in processes that did nothing else. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  try {
    await makeProject(folder)
    const program = resolve(import.meta.dirname, 'export-run.ts')
    const report = JSON.parse(execFileSync(process.execPath, [program, folder], { encoding: 'utf8' })) as Report
    if (report.students !== students) throw new Error(`${report.students} of ${students} students were exported`)
    const name = 'export of 10,000 scenes: peak memory, main and compute process together'
    const detail = `${students} students, ${Math.round(report.bytes / 1e6)} MB in ${report.seconds.toFixed(1)} s; ${report.megabytes.join(' + ')} MB`
    const known = report.megabytes.filter((megabytes) => megabytes !== null)
    return known.length < 2
      ? [notRun(name, 'MB', 500, 'this system does not tell')]
      : [
          atMost(
            name,
            known.reduce((sum, one) => sum + one, 0),
            'MB',
            500,
            detail,
          ),
        ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
