import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { createRandom } from '#main/training/random/random.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import type { BenchResult } from './bench-result.ts'
import { atMost, medianMs } from './measure.ts'
import { root } from './session.ts'

const width = 768
const perScene = 40
/** How far a class moves its own columns: weak vectors, as the default detector's are. */
const apart = 0.35

/** Students of photos of forty, on one modality of vectors in a file, in a project of so many whose vectors repeat theirs. */
function students(folder: string, rows: number, everybody: number) {
  const random = createRandom('bench', rows)
  const labels = Int32Array.from({ length: rows }, () => random.below(rafnetClasses.length))
  const values = Float32Array.from({ length: rows * width }, (_, at) => {
    const own = (at % width) % rafnetClasses.length === labels[Math.floor(at / width)]
    return random.normal() + (own ? apart : 0)
  })
  const file = join(folder, `${rows}.bin`)
  writeFileSync(file, values)
  const vectorsOf = (count: number) => [
    {
      name: 'nanodet',
      width,
      files: [{ file, dtype: 'f4' }],
      fileOf: null,
      rows: Uint32Array.from({ length: count }, (_, row) => row % rows),
    },
  ]
  return {
    vectors: vectorsOf(rows),
    everybody: vectorsOf(everybody),
    labels,
    scenes: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / perScene)),
    classNames: rafnetClasses.map(({ name }) => name),
    nullIndex: 3,
    out: join(folder, `${rows}.onnx`),
    version: 'bench',
  }
}

/** How long a head takes to learn, cross-validation and all, in the compute process. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'src-main', 'compute', 'main.ts')) })
  try {
    const results: BenchResult[] = []
    for (const [rows, everybody, bar] of [
      [200, 200, 1000],
      [2000, 2000, 3000],
      [2000, 50_000, 6000],
    ] as const) {
      const input = students(folder, rows, everybody)
      const time = await medianMs(3, () => compute.learning.learn(input))
      const among = everybody > rows ? `, and who is unlike them among ${everybody}` : ''
      results.push(atMost(`a head learnt from ${rows} corrections of width ${width}${among}`, time, 'ms', bar))
    }
    return results
  } finally {
    await compute.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
