// `npm run bench [name …]`: every bench of test/bench, or those whose file names contain a given word. Ratios against a peer or a bound.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { environment, nodePath, prepare, root } from './setup.mjs'

prepare()
const wanted = process.argv.slice(2)
const folder = join(root, 'test', 'bench')
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts') && (wanted.length === 0 || wanted.some((word) => name.includes(word))))
  .sort()
const env = { ...environment(), LECTERN_CHROMIUM: findChromium() ?? '' }

// What the figures were measured on: other programs at work take frames and time away.
console.log(`${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}`)
let missed = 0
for (const file of files) {
  const result = spawnSync(nodePath(), [join(folder, file)], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 2],
    encoding: 'utf8',
  })
  const rows = result.status === 0 ? JSON.parse(result.stdout.trim().split('\n').at(-1)) : []
  if (result.status !== 0) {
    missed++
    console.log(`failed   ${file}`)
  }
  for (const { name, value, unit, bar, atLeast, holds, detail } of rows) {
    if (holds === false) missed++
    const verdict = holds === null ? 'not run' : holds ? 'holds' : 'MISSED'
    const figure = value === null ? '' : `${value} ${unit} (bar ${atLeast ? '≥' : '≤'} ${bar})`
    console.log(`${verdict.padEnd(8)} ${name}: ${[figure, detail].filter(Boolean).join('; ')}`)
  }
}
process.exit(missed === 0 ? 0 : 1)
