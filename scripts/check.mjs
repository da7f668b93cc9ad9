// `npm run check`: types, lint, format, unused code. `npm test` runs them, too.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { environment, nodePath, root } from './setup.mjs'

const module = (...parts) => join(root, 'node_modules', ...parts)
const types = (project) => ({
  name: `types of ${project}`,
  args: [module('vue-tsc', 'bin', 'vue-tsc.js'), '--noEmit', '-p', `tsconfig.${project}.json`],
})

/** The longest first. */
const checks = [
  { name: 'eslint', args: [module('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'] },
  ...['web', 'test', 'node', 'shared'].map(types),
  { name: 'prettier', args: [module('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  { name: 'knip', args: [module('knip', 'bin', 'knip.js')] },
]

export const checkCount = checks.length

/** At once: a type check holds over a gigabyte. */
const lanes = 2

/** Runs every check; what each says comes out when it ends. Resolves with the names of those that failed. */
export async function runChecks(env = environment()) {
  const waiting = [...checks]
  const failed = []
  const lane = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { status, output } = await run(check.args, env)
      console.error(`check: ${check.name}`)
      process.stderr.write(output)
      if (status === 0) continue
      console.error(`check failed: ${check.name}`)
      failed.push(check.name)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return failed
}

function run(args, env) {
  return new Promise((resolve) => {
    const child = spawn(nodePath(), args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => {
        output += part
      })
    }
    child.on('error', (error) => resolve({ status: null, output: `${error.message}\n` }))
    child.on('close', (status) => resolve({ status, output }))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exit((await runChecks()).length === 0 ? 0 : 1)
