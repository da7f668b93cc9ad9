import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const shared = ['domain', 'geometry', 'metrics', 'contract', 'rpc'].map((room) => `src-shared/${room}`)
const main = (...rooms: string[]) => rooms.map((room) => `src-main/${room}`)

/** Which rooms a room may import, beside itself. The longest matching room counts. */
const table: Readonly<Record<string, readonly string[]>> = {
  'src-shared/geometry': [],
  'src-shared/domain': ['src-shared/geometry'],
  'src-shared/metrics': ['src-shared/domain'],
  'src-shared/contract': ['src-shared/domain', 'src-shared/geometry'],
  'src-shared/rpc': ['src-shared/contract'],
  'src-main/codecs': shared,
  'src-main/onnx': [...shared, ...main('codecs')],
  'src-main/training': [...shared, ...main('onnx', 'codecs/onnx')],
  'src-main/exchange': [...shared, ...main('codecs')],
  'src-main/reports': shared,
  'src-main/store': shared,
  // Importers and exporters run in the compute process, so that the main process never parses a large file.
  'src-main/compute': [...shared, ...main('onnx', 'training', 'codecs', 'exchange')],
  'src-main/workbench': [
    ...shared,
    ...main('store', 'codecs', 'exchange', 'reports', 'compute/protocol.ts', 'compute/launcher'),
  ],
  'src-main/hosts': [...shared, ...main('workbench', 'compute/launcher')],
  'src-preload': [...shared],
  'src-renderer': [...shared],
}

/** Packages that only some rooms may name. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': ['src-main/compute/sessions'],
  'better-sqlite3': ['src-main/store'],
  '@napi-rs/canvas': ['src-main/compute/images'],
  electron: ['src-main/hosts/electron', 'src-preload'],
  konva: ['src-renderer'],
  vue: ['src-renderer'],
}
const pureRooms = ['src-shared', 'src-main/codecs', 'src-main/onnx', 'src-main/training', 'src-renderer']

const files = globSync(['src-*/**/*.ts', 'src-*/**/*.vue'], { cwd: root })
const importsOf = (text: string) =>
  [
    ...text.matchAll(
      /(?:^|[\s;])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!)
const target = (file: string, specifier: string): string | null => {
  if (specifier.startsWith('#shared/')) return specifier.replace('#shared/', 'src-shared/')
  if (specifier.startsWith('#main/')) return specifier.replace('#main/', 'src-main/')
  if (!specifier.startsWith('.')) return null
  return relative(root, resolve(root, dirname(file), specifier))
    .split(sep)
    .join('/')
}
const inside = (path: string, room: string) => path === room || path.startsWith(`${room}/`)
const roomOf = (path: string) =>
  Object.keys(table)
    .filter((room) => inside(path, room))
    .sort((a, b) => b.length - a.length)[0]

const edges = files.flatMap((name) => {
  const file = name.split(sep).join('/')
  return importsOf(readFileSync(join(root, file), 'utf8')).map((specifier) => ({
    file,
    specifier,
    to: target(file, specifier),
  }))
})

describe('rooms import only what their row names', () => {
  test('there are sources to look at', () => expect(edges.length).toBeGreaterThan(100))

  test.each(Object.entries(table))('%s', (room, allowed) => {
    const wrong = edges.filter(
      ({ file, to }) =>
        to !== null && roomOf(file) === room && roomOf(to) !== room && !allowed.some((other) => inside(to, other)),
    )
    expect(wrong.map(({ file, to }) => `${file} → ${to}`)).toEqual([])
  })

  test('every source lies in a room of the table', () => {
    expect(files.filter((file) => roomOf(file.split(sep).join('/')) === undefined)).toEqual([])
  })

  test.each(Object.entries(packages))('only %s is named where it may be', (name, rooms) => {
    const wrong = edges.filter(
      ({ file, specifier }) =>
        (specifier === name || specifier.startsWith(`${name}/`)) && !rooms.some((room) => inside(file, room)),
    )
    expect(wrong.map(({ file }) => file)).toEqual([])
  })

  test('pure rooms touch no files, processes or network', () => {
    const impure = /^node:(fs|fs\/promises|child_process|http|https|net|worker_threads|os)$/
    const wrong = edges.filter(
      ({ file, specifier }) => impure.test(specifier) && pureRooms.some((room) => inside(file, room)),
    )
    expect(wrong.map(({ file, specifier }) => `${file} → ${specifier}`)).toEqual([])
  })

  test('only the bridge of the renderer talks to the outside', () => {
    const outside = /\b(WebSocket|fetch|XMLHttpRequest|EventSource)\s*\(|window\.lectern\b/
    const wrong = files
      .map((file) => file.split(sep).join('/'))
      .filter((file) => inside(file, 'src-renderer') && !inside(file, 'src-renderer/bridge'))
      .filter((file) => outside.test(readFileSync(join(root, file), 'utf8')))
    expect(wrong).toEqual([])
  })
})
