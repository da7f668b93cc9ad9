// `npm run dev [project]`: rebuilds the page whenever it changes, and runs the local host from source, restarting it when that changes.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { environment, ensureInstalled, nodePath, root, runNode } from './setup.mjs'

ensureInstalled((text) => console.error(text))
const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
runNode([electronVite, 'build', '--logLevel', 'warn'])

const start = (args) => spawn(nodePath(), args, { cwd: root, stdio: 'inherit', env: environment() })
const children = [
  start([electronVite, 'build', '--watch', '--logLevel', 'warn']),
  start([
    '--watch-path=src-main',
    '--watch-path=src-shared',
    'src-main/hosts/cli/main.ts',
    'serve',
    ...process.argv.slice(2),
  ]),
]
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => children.forEach((child) => child.kill(signal)))
for (const child of children) child.on('exit', () => children.forEach((other) => other.kill()))
