import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../support/command-line.ts'

const { folder, failure } = commandLine('source')
const photos = resolve(import.meta.dirname, '../../../resources/sample/images')

const commandsTo = (place: string): readonly (readonly string[])[] => [
  ['init', join(place, 'new.lectern'), '--images', photos],
  ['analyze', photos, '--out', place],
  ['extract', photos, '--out', join(place, 'features.pkl')],
  ['demo', '--out', place],
]

describe('an output folder that cannot be made ends a command with a sentence', () => {
  test('below a file', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const command of commandsTo(join(file, 'out'))) {
      const { code, message } = await failure(...command)
      expect([command[0], code]).toEqual([command[0], 'file.failed'])
      expect(message).toContain(join(file, 'out'))
      expect(message).toContain('a part of its path is a file')
    }
  })

  const canTakeNone = process.platform === 'linux'
  test.skipIf(!canTakeNone)(`where the system takes none${canTakeNone ? '' : ' (needs /proc)'}`, async () => {
    for (const command of commandsTo('/proc/out')) {
      const { code, message } = await failure(...command)
      expect([command[0], code]).toEqual([command[0], 'file.failed'])
      expect(message).toContain('/proc/out')
      expect(message).toContain('no folder can be made there')
    }
  })
})
