import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { pathsToOpen } from '#main/hosts/electron/paths-to-open.ts'

const here = resolve('/photos')

test.each<[string, readonly string[], boolean, readonly string[]]>([
  ['nothing named', ['lectern'], true, []],
  ['nothing named, run from its folder', ['electron', '.'], false, []],
  ['a path of a packaged application', ['lectern', 'a.lectern'], true, [resolve(here, 'a.lectern')]],
  ['a path after the application', ['electron', '.', 'a.lectern'], false, [resolve(here, 'a.lectern')]],
  ['an absolute path', ['lectern', resolve('/b/c.pkl')], true, [resolve('/b/c.pkl')]],
  [
    'switches anywhere',
    ['electron', '--inspect=0', '.', '--lang=zh', 'a', '-x', 'b'],
    false,
    [resolve(here, 'a'), resolve(here, 'b')],
  ],
])('%s', (_case, argv, packaged, paths) => {
  expect(pathsToOpen(argv, here, packaged)).toEqual(paths)
})
