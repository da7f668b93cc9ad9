// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { z } from 'zod'
import { AppError } from '#shared/contract/app-error.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { classForDigit } from '../../../src-renderer/composables/class-digit.ts'
import { aliasScore, matchScore } from '../../../src-renderer/composables/match-score.ts'
import { joinPath, nameOfPath, parentOfPath, stemOfPath } from '../../../src-renderer/composables/path-text.ts'
import { useLatest } from '../../../src-renderer/composables/use-latest.ts'
import { closestLanguage } from '../../../src-renderer/composables/use-locale.ts'
import { useViewState } from '../../../src-renderer/composables/use-view-state.ts'
import { parseChosen } from '../../../src-renderer/views/models/chosen-values.ts'
import { commandIn } from '../../../src-renderer/views/models/command-in.ts'
import { settled, startRenderer, stores } from '../../support/renderer.ts'

afterEach(() => vi.restoreAllMocks())

describe('paths', () => {
  test.each([
    ['/data/lessons/a.pkl', 'a.pkl', '/data/lessons', 'a'],
    ['/data/lessons/', 'lessons', '/data', 'lessons'],
    ['/data', 'data', '/', 'data'],
    ['C:\\Users\\Li\\a.tar.gz', 'a.tar.gz', 'C:\\Users\\Li', 'a.tar'],
    ['features.pkl', 'features.pkl', '', 'features'],
  ])('%s', (path, name, parent, stem) => {
    expect([nameOfPath(path), parentOfPath(path), stemOfPath(path)]).toEqual([name, parent, stem])
  })

  test.each([
    ['/data', 'a', '/data/a'],
    ['/', 'a', '/a'],
    ['C:\\data', 'a', 'C:\\data\\a'],
    ['C:\\', 'a', 'C:\\a'],
  ])('%s joined with %s', (folder, name, joined) => {
    expect(joinPath(folder, name)).toBe(joined)
  })
})

describe('matching in the palette', () => {
  test('finds letters in order, and nothing else', () => {
    expect(matchScore('rma', 'Run the model on all scenes')).toBeGreaterThan(0)
    expect(matchScore('xyz', 'Run the model on all scenes')).toBe(0)
    expect(matchScore('nur', 'Run')).toBe(0)
    expect(matchScore('  ', 'Run')).toBe(1)
    expect(matchScore('运行', '运行模型')).toBeGreaterThan(0)
  })

  test('prefers a whole word at the start over one inside over scattered letters', () => {
    const scores = ['Scene next', 'Next scene', 'Obscene', 'Search code name'].map((text) => matchScore('scene', text))
    expect([...scores].sort((one, other) => other - one)).toEqual(scores)
    expect(new Set(scores).size).toBe(4)
  })

  test('other words count from their beginnings, less than a title that has the word', () => {
    const aliases = ['dark mode', 'night', '深色模式']
    expect(aliasScore('dark', aliases)).toBeGreaterThan(0)
    expect(aliasScore('MODE', aliases)).toBeGreaterThan(0)
    expect(aliasScore('色模', aliases)).toBeGreaterThan(0)
    expect(aliasScore('ight', aliases)).toBe(0)
    expect(aliasScore('dkmd', aliases)).toBe(0)
    expect(aliasScore(' ', aliases)).toBe(0)
    expect(aliasScore('night', aliases)).toBeLessThan(matchScore('night', 'Night view'))
    expect(aliasScore('night', aliases)).toBeGreaterThan(matchScore('night', 'new in graph tool'))
  })
})

test('digits stand for classes in index order, and a digit too many for none', () => {
  expect(classForDigit(rafnetClasses, 1)?.index).toBe(0)
  expect(classForDigit(rafnetClasses, 5)?.index).toBe(4)
  expect(classForDigit(rafnetClasses, 6)).toBeUndefined()
})

test.each([
  ['zh-CN', 'zh-CN'],
  ['zh-Hans-SG', 'zh-CN'],
  ['zh', 'zh-CN'],
  ['en-GB', 'en'],
  ['de-DE', 'en'],
  ['zhx', 'en'],
])('a system in %s speaks %s', (locale, language) => {
  expect(closestLanguage(locale)).toBe(language)
})

test.each([
  ['0.5', 0.5],
  [' 4 ', 4],
  ['true', true],
  ['false', false],
  ['cosine', 'cosine'],
  ['grouprec, convnext', ['grouprec', 'convnext']],
  ['', ''],
  ['0x', '0x'],
])('the chosen value %j is %j', (text, value) => {
  expect(parseChosen(text)).toEqual(value)
})

test.each([
  ["Run in Lectern's folder: node node_modules/x --y=cuda12", 'node node_modules/x --y=cuda12'],
  ['npm run gpu', 'npm run gpu'],
  ['Install the driver of your card.', 'Install the driver of your card.'],
])('the command in %j is %j', (remedy, command) => {
  expect(commandIn(remedy)).toBe(command)
})

describe('loading the latest', () => {
  const inScope = <T>(work: () => T) => {
    const scope = effectScope()
    return { result: scope.run(work)!, stop: () => scope.stop() }
  }

  test('an older answer that comes late is dropped', async () => {
    const source = ref(1)
    const waiting: ((value: string) => void)[] = []
    const { result, stop } = inScope(() =>
      useLatest(source, () => new Promise<string>((resolve) => waiting.push(resolve))),
    )
    source.value = 2
    await nextTick()
    waiting[1]!('second')
    await settled(2)
    waiting[0]!('first')
    await settled(2)
    expect([result.data.value, result.loading.value]).toEqual(['second', false])
    stop()
  })

  test('an error is shown beside the last good answer, and goes with the next', async () => {
    const source = ref(1)
    const { result, stop } = inScope(() =>
      useLatest(source, () =>
        source.value === 2
          ? Promise.reject(new AppError('store.busy', 'Busy.'))
          : Promise.resolve(`answer ${source.value}`),
      ),
    )
    await settled(2)
    source.value = 2
    await settled(2)
    expect([result.data.value, result.error.value?.code]).toEqual(['answer 1', 'store.busy'])
    source.value = 3
    await settled(2)
    expect([result.data.value, result.error.value]).toEqual(['answer 3', null])
    stop()
  })
})

describe('view state', () => {
  const schema = z.object({ sort: z.enum(['name', 'accuracy']).default('name'), open: z.boolean().default(false) })

  test('comes back as it was left', async () => {
    const { workbench } = await startRenderer({}, ({ state }) => {
      state.settings = { ...state.settings, view: { list: { sort: 'accuracy' }, other: 1 } }
    })
    const state = useViewState('list', schema)
    expect(state.value).toEqual({ sort: 'accuracy', open: false })
    state.value.open = true
    await nextTick()
    await stores.settings.flush()
    expect(workbench.state.settings.view).toEqual({ list: { sort: 'accuracy', open: true }, other: 1 })
  })

  test('what is stored but no longer valid gives way to the defaults', async () => {
    await startRenderer({}, ({ state }) => (state.settings = { ...state.settings, view: { list: { sort: 'colour' } } }))
    expect(useViewState('list', schema).value).toEqual({ sort: 'name', open: false })
  })
})
