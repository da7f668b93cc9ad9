#!/usr/bin/env node
// `npx lectern <command>`: runs on Node 20, sets up where modules or build are missing or stale, then runs the command under Node 24.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environment, nodePath, prepare, root } from './setup.mjs'

prepare()
const result = spawnSync(nodePath(), [join(root, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: environment(),
})
if (result.error) throw result.error
process.exit(result.status ?? 1)
