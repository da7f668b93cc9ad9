import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openStore } from '#main/store/open-store.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { featureDict } from '../support/feature-pickles.ts'
import type { BenchResult } from './bench-result.ts'
import { atMost } from './measure.ts'
import { benchSession } from './session.ts'

const kills = Number(process.env['LECTERN_KILLS'] ?? 50)
/** Two at a time, each on a project of its own. */
const lanes = 2
const longestWaitMs = 250
const students = 60

interface Tally {
  kills: number
  edits: number
  damaged: number
  /** Edits that were answered and are not there. */
  lost: number
  mostLostAtOnce: number
}

const files = (folder: string): string[] => readdirSync(join(folder, 'bench.lectern', 'features')).sort()

/** Starts the work and kills it at a random moment after it opened the project; answers with how many edits were answered. */
function workUntilKilled(folder: string, features: string, waitMs: number): Promise<number> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'kill-work.ts'), folder, features], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), waitMs)
    said += data.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('close', (_code, signal) =>
      signal === 'SIGKILL' ? resolve(said.split('edit\n').length - 1) : reject(new Error('the work ended by itself')),
    )
  })
}

/** What the killed project holds, read by opening it as a user would; null where it cannot be. */
async function inspect(folder: string): Promise<{ readonly labels: number } | null> {
  const project = join(folder, 'bench.lectern')
  const session = benchSession(folder)
  try {
    await session.client.project.open({ folder: project })
    const { students: counted, scenes } = (await session.client.project.current({}))!
    if (counted % students !== 0 || scenes === 0) return null
    await session.client.project.close({})
    const store = openStore(join(project, 'project.sqlite'), {
      mode: 'open',
      clock: () => new Date(),
      backupFolder: null,
    })
    const check = store.prepare<{ integrity_check: string }>('PRAGMA integrity_check').get()
    const broken = store.prepare('PRAGMA foreign_key_check').all().length
    const labels = store
      .prepare<{ count: number }>("SELECT count(*) AS count FROM label WHERE source = 'person'")
      .get()!.count
    store.close()
    return check?.integrity_check === 'ok' && broken === 0 ? { labels } : null
  } catch {
    return null
  } finally {
    await session.close()
  }
}

async function lane(number: number, rounds: number, tally: Tally): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const random = seededRandom(number)
  try {
    const session = benchSession(folder)
    const { client } = session
    await client.project.create({ folder: join(folder, 'bench.lectern'), photoRoot: null })
    const first = join(folder, 'first.pkl')
    writeFileSync(first, writePickle(featureDict(students)))
    await client.exchange.importFeatures({ file: first })
    await session.close()
    let known = 0
    for (let round = 0; round < rounds; round++) {
      let features = ''
      if (round % 3 === 0) {
        features = join(folder, `more-${round}.pkl`)
        writeFileSync(features, writePickle(featureDict(students, { round: [round] })))
      }
      const edits = await workUntilKilled(folder, features, random() * longestWaitMs)
      const found = await inspect(folder)
      tally.kills += 1
      tally.edits += edits
      if (!found) {
        tally.damaged += 1
        return
      }
      const lost = Math.max(0, known + edits - found.labels)
      tally.lost += lost
      tally.mostLostAtOnce = Math.max(tally.mostLostAtOnce, lost)
      known = found.labels
    }
    if (files(folder).some((name) => !/^import-\d+$/.test(name))) tally.damaged += 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `kill -9` at random moments of editing and importing: the project opens whole, and no edit that was answered is gone. */
export async function bench(): Promise<BenchResult[]> {
  const tally: Tally = { kills: 0, edits: 0, damaged: 0, lost: 0, mostLostAtOnce: 0 }
  const rounds = Math.ceil(kills / lanes)
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number + 1, rounds, tally)))
  const detail = `${tally.kills} kills, ${tally.edits} edits answered`
  return [
    atMost('kill -9: damaged projects', tally.damaged, 'projects', 0, detail),
    atMost(
      'kill -9: edits lost by one kill',
      tally.mostLostAtOnce,
      'edits',
      1,
      `${tally.lost} of ${tally.edits} answered`,
    ),
  ]
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
