// `npm test`: sets up, then runs every check and every test; the last line counts them all.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkCount, runChecks } from './check.mjs'
import { ensureChromium } from './chromium.mjs'
import { environment, nodePath, prepare, root } from './setup.mjs'

const say = (text) => console.error(text)
prepare(say)
const env = { ...environment(), LECTERN_CHROMIUM: ensureChromium(say), CI: process.env.CI ?? 'true' }
const node = (args) => spawnSync(nodePath(), args, { cwd: root, env, stdio: 'inherit' }).status === 0

const failedChecks = await runChecks(env)
let passed = checkCount - failedChecks.length
let failed = failedChecks.length

const summary = join(root, 'artefacts', 'tests.json')
mkdirSync(join(root, 'artefacts'), { recursive: true })
rmSync(summary, { force: true })
const green = node([
  join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${summary}`,
  ...process.argv.slice(2),
])
const counts = existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')) : null
passed += counts?.numPassedTests ?? 0
// A file that fails to load or a worker that dies counts too, although no single test failed.
failed += Math.max(counts?.numFailedTests ?? 0, green ? 0 : 1)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
