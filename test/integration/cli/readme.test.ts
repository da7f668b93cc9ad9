import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const help = (...command: string[]): string =>
  execFileSync(process.execPath, [join(root, 'src-main', 'hosts', 'cli', 'main.ts'), ...command, '--help'], {
    encoding: 'utf8',
  })

/** The calls that README shows, as words; comments left out. */
const calls = readFileSync(join(root, 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('npx lectern ') && !line.includes('<command>'))
  .map((line) =>
    line
      .replace(/\s#.*$/, '')
      .split(/\s+/)
      .slice(2),
  )

test('README shows every command, and of those with most options none that they do not have', () => {
  const listed = help().split('Commands:\n')[1]!
  const commands = [...listed.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name!).filter((name) => name !== 'help')
  expect(commands.length).toBeGreaterThan(20)
  expect(commands.filter((name) => !calls.some(([first]) => first === name))).toEqual([])
  for (const command of ['train', 'evaluate', 'predict']) {
    const text = help(command)
    const shown = calls.filter(([name]) => name === command).flat()
    expect(shown.filter((word) => word.startsWith('--') && !text.includes(`${word} `))).toEqual([])
  }
})
