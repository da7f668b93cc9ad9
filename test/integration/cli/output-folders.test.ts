import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/store.ts'

const main = resolve(import.meta.dirname, '../../../src-main/hosts/cli/main.ts')
const photos = resolve(import.meta.dirname, '../../../resources/sample/images')

function errorOf(command: readonly string[]): { readonly code: string; readonly message: string } {
  const { stderr, status } = spawnSync(process.execPath, [main, ...command, '--json'], {
    env: { ...process.env, LECTERN_USER_DATA: temporaryFolder() },
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect([stderr, status]).toEqual([expect.stringContaining('"code"'), 1])
  return JSON.parse(stderr.trim().split('\n').at(-1)!) as ReturnType<typeof errorOf>
}

const commandsTo = (place: string): readonly (readonly string[])[] => [
  ['init', join(place, 'new.lectern'), '--images', photos],
  ['analyze', photos, '--out', place],
  ['extract', photos, '--out', join(place, 'features.pkl')],
  ['demo', '--out', place],
]

describe('an output folder that cannot be made ends a command with a sentence', () => {
  test('below a file', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    for (const command of commandsTo(join(file, 'out'))) {
      const { code, message } = errorOf(command)
      expect([command[0], code]).toEqual([command[0], 'file.failed'])
      expect(message).toContain(join(file, 'out'))
      expect(message).toContain('a part of its path is a file')
    }
  })

  const canTakeNone = process.platform === 'linux'
  test.skipIf(!canTakeNone)(`where the system takes none${canTakeNone ? '' : ' (needs /proc)'}`, () => {
    for (const command of commandsTo('/proc/out')) {
      const { code, message } = errorOf(command)
      expect([command[0], code]).toEqual([command[0], 'file.failed'])
      expect(message).toContain('/proc/out')
      expect(message).toContain('no folder can be made there')
    }
  })
})
