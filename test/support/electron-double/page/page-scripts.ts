import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'

export const preloadWorldName = 'electron-double-preload'
export const bindingName = 'electronDoubleTell'

const folder = import.meta.dirname
const asScript = (path: string): string =>
  stripTypeScriptTypes(readFileSync(join(folder, path), 'utf8'))
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export (?=const|function|class)/gm, '')

/** Scripts for the top frame only: as in Electron, other frames have no preload. */
const inTopFrame = (paths: readonly string[], last: string): string =>
  `if (window === top) { (() => {\n${paths.map(asScript).join('\n')}\n${last}\n})() }`

/** The main world's end of the bridge. Addresses of standard schemes enter the page as the https origins they are served from. */
export function mainWorldScript(standardSchemes: readonly string[]): string {
  const schemes = JSON.stringify(standardSchemes)
  const addresses = `{
    in: (text) => text.replace(/^(\\w+):\\/\\/([^/?#]+)/, (all, scheme, host) => ${schemes}.includes(scheme) ? 'https://' + host + '.' + scheme + '.test' : all),
    out: (text) => text.replace(/^https:\\/\\/([^/?#]+)\\.(\\w+)\\.test/, (all, host, scheme) => ${schemes}.includes(scheme) ? scheme + '://' + host : all),
  }`
  return inTopFrame(['context-bridge.ts'], `new BridgeEnd('main', 'preload', ${addresses})`)
}

/** The preload's world, with the preload bundle as it was built. */
export function preloadWorldScript(preloadFile: string): string {
  const bare = {
    type: 'renderer',
    sandboxed: true,
    contextIsolated: true,
    platform: process.platform,
    versions: process.versions,
    env: {},
  }
  const preload = `function (require, process, exports, module) {\n${readFileSync(preloadFile, 'utf8')}\n}`
  return inTopFrame(
    ['../codec.ts', 'context-bridge.ts', 'ipc-renderer.ts', 'sandboxed-preload.ts'],
    `runSandboxedPreload(new BridgeEnd('preload', 'main'), ${preload}, ${JSON.stringify(bare)})`,
  )
}
