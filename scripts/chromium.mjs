// Finds a Chromium for the browser tests, and installs Debian's where none is found.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const places = [
  process.env.LECTERN_CHROMIUM,
  '/usr/lib/chromium/chromium-headless-shell',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

export const findChromium = () => places.find((place) => place && existsSync(place)) ?? null

/** Path of a Chromium; installs the Debian package as root, otherwise says how. */
export function ensureChromium(say) {
  const found = findChromium()
  if (found) return found
  say('Installing Chromium for the browser tests (Debian package)…')
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args]
    return spawnSync(command, rest, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  apt('update', '-qq')
  apt(
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    'chromium-headless-shell',
    'fonts-noto-cjk',
    'fonts-liberation',
  )
  const installed = findChromium()
  if (!installed)
    throw new Error('No Chromium was found or could be installed. Set LECTERN_CHROMIUM to the path of one.')
  return installed
}
