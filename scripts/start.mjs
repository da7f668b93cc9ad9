// `npm start [project]`: sets up, then opens Lectern in Electron, or else the same application in the browser, saying which and why.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { obtainElectron } from './electron-binary.mjs'
import { environment, nodePath, prepare, root } from './setup.mjs'

prepare()
const args = process.argv.slice(2)
const electron = obtainElectron((text) => console.error(text))
if (electron.path) {
  console.error(`Opening Lectern in Electron (${electron.path}).`)
  follow(spawn(electron.path, [root, ...args], { stdio: 'inherit', env: environment() }))
} else {
  console.error(`Opening Lectern in your browser, because ${electron.why}.`)
  follow(
    spawn(nodePath(), [join(root, 'out', 'main', 'cli.js'), 'serve', ...args], {
      stdio: 'inherit',
      env: environment(),
    }),
  )
}

function follow(child) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
