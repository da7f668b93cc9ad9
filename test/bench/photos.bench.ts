import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { BenchResult } from './bench-result.ts'
import { atMost, blockResult, longestBlock } from './measure.ts'
import { benchSession, root } from './session.ts'

const photos = 10_000
const filesAtOnce = 64

/** Ten folders of photos that differ in their last bytes, as a term of lessons would lie there. */
async function writePhotos(folder: string): Promise<number> {
  const picture = readFileSync(join(root, 'resources', 'sample', 'images', 'room-a-morning.jpg'))
  const paths = Array.from({ length: photos }, (_, index) => {
    return join(folder, `week ${1 + Math.floor((10 * index) / photos)}`, `lesson ${index}.jpg`)
  })
  for (let week = 1; week <= 10; week++) mkdirSync(join(folder, `week ${week}`), { recursive: true })
  for (let first = 0; first < photos; first += filesAtOnce) {
    const batch = paths.slice(first, first + filesAtOnce)
    await Promise.all(batch.map((path) => writeFile(path, Buffer.concat([picture, Buffer.from(path)]))))
  }
  return picture.length
}

/** A folder of 10,000 photos becomes a project: when its first scene and thumbnail are there, when all are, and whether anything waits. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const session = benchSession(folder)
  try {
    const { client } = session
    const photoRoot = join(folder, 'photos')
    const bytes = await writePhotos(photoRoot)
    await client.project.create({ folder: join(folder, 'bench.lectern'), photoRoot })
    let [firstScene, firstThumbnail, all] = [0, 0, 0]
    const start = performance.now()
    const look = async (): Promise<void> => {
      let rows = (await client.scenes.list({ limit: 1 })).rows
      while (rows.length === 0) {
        await setTimeout(5)
        rows = (await client.scenes.list({ limit: 1 })).rows
      }
      firstScene = performance.now() - start
      const { status } = await session.media(`thumbnail/${rows[0]!.id}`)
      if (status !== 200) throw new Error(`the first thumbnail was answered with ${status}`)
      firstThumbnail = performance.now() - start
    }
    const block = await longestBlock(async () => {
      const [summary] = await Promise.all([client.exchange.scanPhotos({}), look()])
      if (summary.added !== photos) throw new Error(`${summary.added} of ${photos} photos were found`)
      all = performance.now() - start
    })
    const detail = `files of ${Math.round(bytes / 1000)} KB`
    return [
      atMost('10,000 photos: first scene in the list', firstScene, 'ms', 1000, detail),
      atMost('10,000 photos: first thumbnail', firstThumbnail, 'ms', 1000),
      atMost('10,000 photos: all indexed', all / 1000, 's', 30, detail),
      blockResult('10,000 photos', block),
    ]
  } finally {
    await session.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
