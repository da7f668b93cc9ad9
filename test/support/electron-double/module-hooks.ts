import { createRequire, registerHooks } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { guard } from './guard.ts'

/** What a main process may import by name; what is not doubled throws when it is used, not when it is imported. */
const exportNames = [
  'app',
  'autoUpdater',
  'BaseWindow',
  'BrowserWindow',
  'clipboard',
  'contentTracing',
  'crashReporter',
  'desktopCapturer',
  'dialog',
  'globalShortcut',
  'ipcMain',
  'Menu',
  'MenuItem',
  'MessageChannelMain',
  'nativeImage',
  'nativeTheme',
  'net',
  'netLog',
  'Notification',
  'powerMonitor',
  'powerSaveBlocker',
  'protocol',
  'safeStorage',
  'screen',
  'session',
  'shell',
  'systemPreferences',
  'Tray',
  'utilityProcess',
  'View',
  'webContents',
  'WebContentsView',
  'webFrameMain',
] as const satisfies readonly (keyof typeof import('electron'))[]

const registryName = 'lectern.electron-double'
const registry = new Map<number, object>()
/** Where the bundle of each launch lies: its chunks are loaded anew for every launch too. */
const folders = new Map<number, string>()
const scheme = 'electron-double:'
let last = 0

/** Runs a built main bundle with `electron` resolved to these modules. Returns the number of the launch. */
export async function importMain(main: string, modules: object): Promise<number> {
  if (last === 0) installHooks()
  last += 1
  const launch = last
  registry.set(launch, { ...missingModules(), ...modules })
  folders.set(launch, pathToFileURL(dirname(main)).href)
  // Node's own import, out of reach of the test runner's.
  const native = createRequire(import.meta.url)('./native-import.mjs') as { load(url: string): Promise<unknown> }
  await native.load(`${pathToFileURL(main).href}?launch=${launch}`)
  return launch
}

function installHooks(): void {
  Object.defineProperty(globalThis, Symbol.for(registryName), { value: registry, configurable: true })
  registerHooks({
    resolve(specifier, context, next) {
      const launch = Number(/[?&]launch=(\d+)/.exec(context.parentURL ?? '')?.[1] ?? 0)
      if (specifier === 'electron' || specifier === 'electron/main') {
        return { url: `${scheme}${launch || last}`, format: 'module', shortCircuit: true }
      }
      const found = next(specifier, context)
      const isOwn = launch > 0 && found.url.startsWith(folders.get(launch)!) && !found.url.includes('launch=')
      return isOwn ? { ...found, url: `${found.url}?launch=${launch}` } : found
    },
    load(url, context, next) {
      if (!url.startsWith(scheme)) return next(url, context)
      const modules = `globalThis[Symbol.for('${registryName}')].get(${url.slice(scheme.length)})`
      const source = `const modules = ${modules}\nexport default modules\nexport const { ${exportNames.join(', ')} } = modules`
      return { format: 'module', shortCircuit: true, source }
    },
  })
}

const missingModules = (): Record<string, object> =>
  Object.fromEntries(
    exportNames.map((name) => {
      const missing = function (): never {
        throw new Error(`electron double: ${name} is not doubled`)
      }
      return [name, guard(name, missing)]
    }),
  )
