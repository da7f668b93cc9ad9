import { readFile, realpath } from 'node:fs/promises'
import { extname, isAbsolute, join, relative, sep } from 'node:path'
import { randomBytes } from 'node:crypto'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

export interface PageFile {
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/**
 * One file of the built renderer, or null where there is none at that path. The page itself gets a fresh nonce, in its
 * Content-Security-Policy and in a meta element for components that insert style elements.
 */
export async function readPageFile(
  rendererFolder: string,
  pathname: string,
  sources: PageSources,
): Promise<PageFile | null> {
  const file = await confine(rendererFolder, pathname === '/' ? '/index.html' : pathname)
  const bytes = file && (await readFile(file).catch(() => null))
  if (!file || !bytes) return null
  const type = contentTypes[extname(file)] ?? 'application/octet-stream'
  const common = { 'content-type': type, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }
  if (extname(file) !== '.html') return { bytes, headers: { ...common, 'cache-control': 'max-age=3600' } }
  const nonce = randomBytes(16).toString('base64')
  const html = bytes.toString('utf8').replace('<head>', `<head>\n    <meta name="lectern-nonce" content="${nonce}" />`)
  const headers = {
    ...common,
    'content-security-policy': contentSecurityPolicy(nonce, sources),
    'cache-control': 'no-store',
  }
  return { bytes: Buffer.from(html), headers }
}

export interface PageSources {
  /** Where the page may open message channels to, as `ws://127.0.0.1:4000`; empty under Electron. */
  readonly connect: readonly string[]
}

const contentSecurityPolicy = (nonce: string, { connect }: PageSources): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** The real file under `root` that a URL path names, or null where it would leave `root`. */
export async function confine(root: string, pathname: string): Promise<string | null> {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (/[\0\\]/.test(path) || path.split('/').includes('..')) return null
  const base = await realpath(root).catch(() => null)
  const file = base && (await realpath(join(base, path)).catch(() => null))
  if (!file) return null
  const inside = relative(base, file)
  return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? null : file
}
