import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemCode } from '#main/exchange/files.ts'
import { makeFolder } from '#main/exchange/make-folder.ts'
import { temporaryFolder } from '../../support/store.ts'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'

function codeOf(folder: string): string | null {
  try {
    makeFolder(folder)
  } catch (error) {
    return systemCode(error)
  }
  throw new Error(`${folder} was made`)
}

describe('a folder is made', () => {
  test('with those above it that are missing, and once more without harm', () => {
    const top = temporaryFolder()
    makeFolder(join(top, 'a', 'b', 'c'))
    writeFileSync(join(top, 'a', 'b', 'c', 'file'), '')
    makeFolder(join(top, 'a', 'b', 'c'))
    makeFolder(join(top, 'a', 'b', 'd', '..', 'e'))
    expect(readdirSync(join(top, 'a', 'b', 'c'))).toEqual(['file'])
    expect(readdirSync(join(top, 'a', 'b')).sort()).toEqual(['c', 'e'])
  })

  test('from where the process is', () => {
    const top = temporaryFolder()
    makeFolder(relative(process.cwd(), join(top, 'near')))
    expect(readdirSync(top)).toEqual(['near'])
  })

  test('in one that a link leads to', () => {
    const top = temporaryFolder()
    mkdirSync(join(top, 'real'))
    symlinkSync(join(top, 'real'), join(top, 'link'), 'junction')
    makeFolder(join(top, 'link', 'new'))
    expect(readdirSync(join(top, 'real'))).toEqual(['new'])
  })
})

describe('a folder is refused', () => {
  test('where a file is, and below it', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect([codeOf(file), codeOf(join(file, 'a')), codeOf(join(file, 'a', 'b'))]).toEqual(Array(3).fill('ENOTDIR'))
  })

  test.skipIf(!isLinux)(`below one that takes none${isLinux ? '' : ' (needs /proc)'}`, () => {
    expect([codeOf('/proc/a'), codeOf('/proc/a/b/c')]).toEqual(['ENOTSUP', 'ENOTSUP'])
  })

  test.skipIf(isRoot)(`below one that may not be written${isRoot ? ' (needs a user who is not root)' : ''}`, () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o555)
    expect([codeOf(join(folder, 'a')), codeOf(join(folder, 'a', 'b'))]).toEqual(['EACCES', 'EACCES'])
    chmodSync(folder, 0o755)
  })

  test.skipIf(!isLinux)(`below one of the system's own${isLinux ? '' : ' (needs /sys)'}`, () => {
    expect(['EPERM', 'EACCES', 'EROFS']).toContain(codeOf('/sys/a/b'))
  })
})
