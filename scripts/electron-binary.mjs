// Where Electron's binary is, or why there is none. Plain JavaScript: `npm start` and the smoke test both ask.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, nodePath, root } from './setup.mjs'

const home = join(root, 'node_modules', 'electron')
const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/** Only looks at files: requiring the package `electron` would start its download. */
export function electronBinary() {
  const given = process.env.LECTERN_ELECTRON
  if (given) return existsSync(given) ? { path: given } : { why: `LECTERN_ELECTRON names no file: ${given}` }
  const pathFile = join(home, 'path.txt')
  if (!existsSync(pathFile)) return { why: "Electron's binary is not installed" }
  const path = join(
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(home, 'dist'),
    readFileSync(pathFile, 'utf8').trim(),
  )
  if (!existsSync(path)) return { why: `Electron's binary is missing at ${path}` }
  return hasDisplay() ? { path } : { why: 'there is no display' }
}

/** As `electronBinary`, but tries to download the binary first where there is a display to show it on. */
export function obtainElectron(say) {
  const found = electronBinary()
  if (found.path || process.env.LECTERN_ELECTRON) return found
  if (!hasDisplay()) return { why: 'there is no display' }
  if (process.env.LECTERN_NO_ELECTRON_DOWNLOAD) return found
  say('Downloading Electron (once)…')
  const result = spawnSync(nodePath(), [join(home, 'install.js')], {
    env: environment(),
    stdio: 'ignore',
    timeout: 300_000,
  })
  return result.status === 0 ? electronBinary() : { why: "Electron's binary could not be downloaded" }
}
