// `npm run check`: types, lint, format, unused code. One list serves this script and `npm test`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { environment, nodePath, root } from './setup.mjs'

const module = (...parts) => join(root, 'node_modules', ...parts)
const types = (project) => ({
  name: `types of ${project}`,
  args: [module('vue-tsc', 'bin', 'vue-tsc.js'), '--noEmit', '-p', `tsconfig.${project}.json`],
})

export const checks = [
  ...['shared', 'node', 'web', 'test'].map(types),
  { name: 'eslint', args: [module('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'] },
  { name: 'prettier', args: [module('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  { name: 'knip', args: [module('knip', 'bin', 'knip.js')] },
]

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const failed = checks.filter(
    ({ args }) => spawnSync(nodePath(), args, { cwd: root, env: environment(), stdio: 'inherit' }).status !== 0,
  )
  for (const { name } of failed) console.error(`check failed: ${name}`)
  process.exit(failed.length === 0 ? 0 : 1)
}
