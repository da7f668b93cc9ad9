// Plain JavaScript for Node 20: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasDefaultModels, modelsFolder } from './default-models.mjs'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const at = (...parts) => join(root, ...parts)
const windows = process.platform === 'win32'

/** Node 24 as the npm package `node` brings it, or the running Node where that one is new enough. */
export function nodePath() {
  const packaged = at('node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
  if (existsSync(packaged)) return packaged
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  throw new Error(
    'Lectern needs Node 24. The npm package "node" should have brought it: run "npm install" and look at its errors.',
  )
}

/** The environment of everything that Lectern starts: Node 24 first on the path, no downloads by onnxruntime-node. */
export function environment() {
  const path = [join(root, 'node_modules', '.bin'), dirname(nodePath()), process.env.PATH].join(windows ? ';' : ':')
  return { ...process.env, PATH: path, ONNXRUNTIME_NODE_INSTALL: 'skip' }
}

/** Runs a command and throws where it fails. Its output goes to stderr, so that stdout stays ours. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: windows, ...options })
  if (result.error) throw result.error
  if (result.status !== 0) throw new Error(`"${command} ${args.join(' ')}" failed with exit code ${result.status}.`)
}

/** Runs a JavaScript file under Node 24. */
export const runNode = (args, options = {}) => run(nodePath(), args, { env: environment(), shell: false, ...options })

/** Installs the packages of the lock file where they are missing or older than it. */
export function ensureInstalled(say) {
  // npm leaves its own copy of the lock file when an installation is complete.
  const installed = at('node_modules', '.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(at('package-lock.json')).mtimeMs - 5000) return
  say('Installing packages (once, about a minute)…')
  // Not `npm ci`: it refuses a lock file that lacks another platform's optional packages, as some registries do.
  // Without install scripts: only the package `node` needs its own, and it is run by hand for npm 10 and 11 alike.
  run('npm', ['install', '--no-save', '--ignore-scripts', '--include=optional', '--include=dev', '--loglevel=error'], {
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_ENV: '' },
  })
  const node = at('node_modules', 'node')
  if (existsSync(node) && !existsSync(join(node, 'bin'))) {
    run(process.execPath, ['installArchSpecificPackage.js'], { cwd: node, shell: false })
  }
  nodePath()
}

const sources = [
  'src-main',
  'src-renderer',
  'src-preload',
  'src-shared',
  'electron.vite.config.ts',
  'package-lock.json',
]

/** Builds main, preload and renderer into out/ where a source is newer than the last build. */
export function ensureBuilt(say) {
  const stamp = at('out', '.built')
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  if (sources.every((source) => newest(at(source)) < built)) return
  say('Building Lectern…')
  const started = new Date()
  runNode([at('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build', '--logLevel', 'warn'])
  mkdirSync(at('out'), { recursive: true })
  writeFileSync(stamp, started.toISOString())
}

function newest(path) {
  const facts = statSync(path)
  if (!facts.isDirectory()) return facts.mtimeMs
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), facts.mtimeMs)
}

const hourMs = 3_600_000

/**
 * The files of Lectern's own detector, where they are missing. A failure is said and stops nothing; another attempt is
 * made an hour later at the earliest, so that nobody who is offline waits for it at every start.
 */
export function ensureDefaultModels(say) {
  if (hasDefaultModels() || process.env.LECTERN_NO_MODEL_DOWNLOAD) return
  const stamp = join(modelsFolder, '.attempted')
  if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < hourMs) return
  try {
    mkdirSync(modelsFolder, { recursive: true })
    writeFileSync(stamp, '')
  } catch (error) {
    say(`Lectern's own person detector cannot be kept in ${modelsFolder} (${error.code}). Everything else works.`)
    return
  }
  spawnSync(process.execPath, [at('scripts', 'default-models.mjs')], { cwd: root, stdio: ['ignore', 2, 2] })
}

/** Modules, build and default models in place; progress is said on stderr. */
export function prepare(say = (text) => console.error(text)) {
  ensureInstalled(say)
  ensureBuilt(say)
  ensureDefaultModels(say)
}
