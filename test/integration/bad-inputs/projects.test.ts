import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppErrorData } from '#shared/contract/app-error.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { featureDict, grid } from '../../support/feature-pickles.ts'
import { describeRefusals, refusal, sentence, type BadInput } from '../../support/bad-input.ts'
import type { Calls } from '../../support/programs/try-calls.ts'
import { contentOf, fullProject, type FullProject } from '../../support/real-workbench.ts'

const programs = resolve(import.meta.dirname, '../../support/programs')

/** Opens a copy of the project in the state that `harm` leaves it in; that is not changed either. */
const opening = (
  what: string,
  code: string,
  harm: (folder: string) => void,
  ...names: readonly string[]
): BadInput => ({
  what,
  code,
  names: ['harmed', ...names],
  attempt: (full) => inCopy(full, harm, (folder) => full.client.project.open({ folder })),
})

async function inCopy(
  { client, folder, project }: FullProject,
  harm: (folder: string) => void,
  attempt: (folder: string) => Promise<unknown>,
): Promise<unknown> {
  const copy = join(folder, 'harmed.lectern')
  await client.project.close({})
  rmSync(copy, { recursive: true, force: true })
  cpSync(project, copy, { recursive: true })
  await client.project.open({ folder: project })
  harm(copy)
  const files = filesOf(copy)
  try {
    return await attempt(copy)
  } finally {
    expect(filesOf(copy)).toEqual(files)
  }
}

/** Every file but those that SQLite makes and removes as it likes, byte for byte. */
const filesOf = (folder: string): [string, string][] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/(-wal|-shm|-journal|\.lock)$/.test(entry.name))
    .map((entry): [string, string] => [
      join(entry.parentPath, entry.name),
      readFileSync(join(entry.parentPath, entry.name), 'base64'),
    ])
    .sort()

const database = (folder: string): string => join(folder, 'project.sqlite')
function overwrite(file: string, offset: number, length: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, offset, offset + length)
  writeFileSync(file, bytes)
}
function pragma(folder: string, text: string): void {
  const sqlite = new BetterSqlite3(database(folder))
  sqlite.pragma(text)
  sqlite.close()
}

describeRefusals('a project that cannot be opened', [
  opening(
    'written by a newer version',
    'project.newer-version',
    (folder) => pragma(folder, 'user_version = 900'),
    '900',
    'Update Lectern',
  ),
  opening(
    'of another program',
    'project.not-a-project',
    (folder) => pragma(folder, 'application_id = 7'),
    'project.sqlite',
  ),
  opening(
    'with a damaged page',
    'project.damaged',
    (folder) => overwrite(database(folder), 8192, 8192),
    'project.sqlite',
    'backups',
  ),
  opening(
    'with a damaged header',
    'project.damaged',
    (folder) => overwrite(database(folder), 0, 100),
    'project.sqlite',
  ),
  opening('cut in the middle', 'project.damaged', (folder) => truncateSync(database(folder), 40_960), 'project.sqlite'),
  opening('of no bytes', 'project.not-a-project', (folder) => writeFileSync(database(folder), ''), 'project.sqlite'),
  opening(
    'whose database is text',
    'project.damaged',
    (folder) => writeFileSync(database(folder), 'x'.repeat(5000)),
    'project.sqlite',
  ),
  opening('without its database', 'project.missing', (folder) => rmSync(database(folder)), 'no Lectern project'),
  {
    what: 'not there',
    code: 'project.missing',
    names: ['none.lectern'],
    attempt: ({ client, folder }) => client.project.open({ folder: join(folder, 'none.lectern') }),
  },
  {
    what: 'a file',
    code: 'project.missing',
    names: ['features.pkl'],
    attempt: ({ client, features }) => client.project.open({ folder: features }),
  },
])

/** Tries to make a project at a place that `prepare` made unfit. */
const creating =
  (at: (full: FullProject) => string, prepare: (folder: string) => void = () => undefined): BadInput['attempt'] =>
  (full) => {
    const folder = at(full)
    prepare(folder)
    return full.client.project.create({ folder, photoRoot: null })
  }

describeRefusals('a project that cannot be made', [
  {
    what: 'where the open one is',
    code: 'project.exists',
    names: ['project.sqlite'],
    attempt: creating(({ project }) => project),
  },
  {
    what: 'where another is',
    code: 'project.exists',
    names: ['other.lectern'],
    attempt: creating(
      ({ folder }) => join(folder, 'other.lectern'),
      (folder) => {
        mkdirSync(folder)
        writeFileSync(database(folder), '')
      },
    ),
  },
  {
    what: 'below a file',
    code: 'file.failed',
    names: ['file/new.lectern', 'a part of its path is a file'],
    attempt: creating(
      ({ folder }) => join(folder, 'file', 'new.lectern'),
      (folder) => writeFileSync(join(folder, '..'), ''),
    ),
  },
  ...(process.platform === 'linux'
    ? [
        {
          what: 'where the system takes no folder',
          code: 'file.failed',
          names: ['/proc/new.lectern', 'no folder can be made there'],
          attempt: creating(
            () => '/proc/new.lectern',
            () => undefined,
          ),
        },
      ]
    : []),
  {
    what: 'where a file is',
    code: 'file.failed',
    names: ['new.lectern'],
    attempt: creating(
      ({ folder }) => join(folder, 'new.lectern'),
      (folder) => writeFileSync(folder, ''),
    ),
  },
])

describe('a project that others keep from us', () => {
  let full: FullProject
  beforeAll(async () => {
    full = await fullProject()
    await full.client.project.close({})
  })
  afterAll(() => full.close())

  /** Runs calls in a process of their own; `shell` may set limits first. */
  const tryCalls = (calls: Calls, { uid, shell }: { uid?: number; shell?: string } = {}): (AppErrorData | null)[] => {
    const args = [join(programs, 'try-calls.ts'), join(full.folder, 'other-user'), JSON.stringify(calls)]
    const identity = uid === undefined ? {} : { uid, gid: uid }
    const run = shell
      ? spawnSync('sh', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, ...args], {
          encoding: 'utf8',
          ...identity,
        })
      : spawnSync(process.execPath, args, { encoding: 'utf8', ...identity })
    if (run.status !== 0) throw new Error(`the calls did not end: ${run.stderr}`)
    return JSON.parse(run.stdout) as (AppErrorData | null)[]
  }

  test('open in another process: it is named, and free once that ends', async () => {
    const content = await contentWhenOpen(full)
    const holder = spawn(process.execPath, [join(programs, 'hold-project.ts'), full.project], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    const error = await refusal(full.client.project.open({ folder: full.project }))
    expect([error.code, error.message]).toEqual(['project.in-use', expect.stringMatching(sentence)])
    expect(error.message).toContain(`process ${holder.pid}`)
    expect(error.message).toContain(full.project)
    holder.stdin.end()
    await new Promise((resolve) => holder.once('exit', resolve))
    expect(await contentWhenOpen(full)).toEqual(content)
  })

  const isLinux = process.platform === 'linux'
  const withoutLimits = isLinux ? '' : ' (needs limits of Linux)'

  /** A limit on the length of files is what a full disk is to a program: writes end in the middle. */
  test.skipIf(!isLinux).each([
    ['opened', 1, 'project.disk-full', 'project.open'],
    ['filled with vectors', 300, 'import.write-failed', 'exchange.importFeatures'],
    ['filled with students', 2400, 'project.disk-full', 'exchange.importFeatures'],
    ['left by an export', 300, 'export.write-failed', 'exchange.exportFeatures'],
  ])(`%s on a full disk${withoutLimits}: nothing is lost`, async (_what, blocks, code, procedure) => {
    const inputs: Readonly<Record<string, unknown>> = {
      'project.open': { folder: full.project },
      'exchange.importFeatures': { file: full.put('large.pkl', writePickle(featureDict(4000))) },
      'exchange.exportFeatures': { out: join(full.folder, 'out.pkl') },
    }
    if (procedure === 'exchange.exportFeatures') await enlarge(full)
    const content = await contentWhenOpen(full)
    const calls: Calls = [...new Set(['project.open', procedure])].map((name) => [name, inputs[name]])
    const error = tryCalls(calls, { shell: `ulimit -f ${blocks}` }).at(-1)
    expect([error?.code, error?.message]).toEqual([code, expect.stringMatching(sentence)])
    expect(error?.message).toContain(full.folder)
    expect(existsSync(join(full.folder, 'out.pkl'))).toBe(false)
    expect(await contentWhenOpen(full)).toEqual(content)
  })

  const root = process.getuid?.() === 0
  const nobody = 65534
  const canRun =
    isLinux &&
    (!root ||
      spawnSync(process.execPath, [join(programs, 'try-calls.ts'), '/', '[]'], { uid: nobody, gid: nobody }).status ===
        0)

  test.skipIf(!canRun)(
    `a folder that may not be written${canRun ? '' : ' (needs a user who is not root and may read this checkout)'}`,
    async () => {
      const content = await contentWhenOpen(full)
      const others = join(full.folder, 'other-user')
      mkdirSync(others, { recursive: true })
      chmodSync(full.folder, 0o755)
      const identity = root ? { uid: nobody } : {}
      if (root) chownSync(others, nobody, nobody)
      else chmodSync(full.project, 0o555)
      const calls: Calls = [
        ['project.open', { folder: full.project }],
        ['project.create', { folder: join(full.project, 'inside.lectern'), photoRoot: null }],
        ['project.create', { folder: join(others, 'mine.lectern'), photoRoot: full.photos }],
        ['exchange.scanPhotos', {}],
        ['exchange.importFeatures', { file: full.features }],
        ['exchange.exportFeatures', { out: join(full.project, 'out.pkl') }],
        ['exchange.exportFeatures', { out: join(others, 'out.pkl') }],
      ]
      const outcomes = tryCalls(calls, identity)
      chmodSync(full.project, 0o755)
      expect(outcomes.map((outcome) => outcome?.code ?? null)).toEqual([
        'project.read-only',
        'project.read-only',
        null,
        null,
        null,
        'export.write-failed',
        null,
      ])
      for (const outcome of outcomes) if (outcome) expect(outcome.message).toMatch(sentence)
      expect(outcomes[0]?.message).toContain(full.project)
      expect(outcomes[5]?.message).toContain('read-only for you')
      expect(await contentWhenOpen(full)).toEqual(content)
    },
  )
})

/** Imports what makes an export larger than a limit. */
async function enlarge({ client, project, put }: FullProject): Promise<void> {
  await client.project.open({ folder: project })
  await client.exchange.importFeatures({
    file: put('wide.pkl', writePickle(featureDict(2000, { grouprec: grid(2000, 32), convnext: grid(2000, 24) }))),
  })
  await client.project.close({})
}

async function contentWhenOpen(full: FullProject): Promise<unknown> {
  await full.client.project.open({ folder: full.project })
  const content = await contentOf(full)
  await full.client.project.close({})
  return content
}
