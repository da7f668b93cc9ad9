// @vitest-environment happy-dom
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mount } from '@vue/test-utils'
import { describe, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { AppError } from '#shared/contract/app-error.ts'
import { errorText } from '../../../src-renderer/composables/error-text.ts'
import ErrorBox from '../../../src-renderer/components/ui/ErrorBox.vue'
import { i18n } from '../../../src-renderer/i18n.ts'
import chinese from '../../../src-renderer/locales/errors.zh-CN.json'

const root = join(import.meta.dirname, '../../..')
const sources = globSync(['src-main/**/*.ts', 'src-shared/**/*.ts', 'src-renderer/**/*.ts'], { cwd: root }).map(
  (file) => readFileSync(join(root, file), 'utf8'),
)
const translated = Object.entries(chinese)
const valuesOf = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)

/** The object literals of a source: each is what its innermost braces hold. */
const literals = (source: string): string[] => source.match(/\{[^{}]*\}/g) ?? []
const names = (literal: string, value: string) =>
  new RegExp(String.raw`[{,]\s*(?:\.\.\.\w+,\s*)?${value}\s*[:,}]`).test(literal)

/** The sources around a code: its sentence and details stand there, or the few lines that all errors of the file are made with. */
const around = (code: string): string[] =>
  sources.flatMap((source) =>
    [...source.matchAll(new RegExp(`'${code.replace('.', String.raw`\.`)}'`, 'g'))].map(({ index }) =>
      source.slice(Math.max(0, index - 700), index + 700),
    ),
  )

describe('translated errors', () => {
  test.each(translated)('%s is a code of the sources, whose details have what its sentence names', (code, sentence) => {
    const places = around(code)
    expect(places).not.toEqual([])
    const details = places.flatMap(literals)
    expect(valuesOf(sentence).filter((value) => !details.some((literal) => names(literal, value)))).toEqual([])
    expect(sentence).toMatch(/[\u4E00-\u9FFF]/)
  })

  test('the check sees a code and a value that nobody has', () => {
    expect(around('exchange.nobody-throws-this')).toEqual([])
    const details = around('exchange.file-missing').flatMap(literals)
    expect(details.some((literal) => names(literal, 'file'))).toBe(true)
    expect(details.some((literal) => names(literal, 'imgPath'))).toBe(false)
  })
})

describe('an error box', () => {
  const error = new AppError('runs.unknown', 'There is no run 7 in this project.', { runId: 7 })
  const box = () => mount(ErrorBox, { props: { error }, global: { plugins: [i18n] } })

  test('says it in the language of the page, and follows when that changes', async () => {
    i18n.global.locale.value = 'zh-CN'
    const shown = box()
    expect(shown.text()).toContain('此项目中没有运行 7')
    i18n.global.locale.value = 'en'
    await nextTick()
    expect(shown.text()).toContain(error.message)
    expect(shown.text()).toContain('runs.unknown')
  })
})

describe('errorText', () => {
  const missing = new AppError('exchange.file-missing', '/a/b.pkl is not there; check the path.', { file: '/a/b.pkl' })

  test('is the sentence itself in English, with its values in Chinese', () => {
    expect(errorText(missing, 'en')).toBe(missing.message)
    expect(errorText(missing, 'zh-CN')).toBe('/a/b.pkl 不存在。请检查路径。')
  })

  test('lists several values, and takes 0 and false for values', () => {
    const weights = new AppError('ensemble.weights', 'No.', { weights: ['0', '0'], members: 0 })
    expect(errorText(weights, 'zh-CN')).toMatch(/^无法使用权重 0、0：0 个成员/)
  })

  test.each([
    ['a code that nobody translated', new AppError('nobody.knows', 'Said so.', { file: 'x' })],
    ['a code that is a name of every object', new AppError('constructor', 'Said so.')],
    ['a value that is not there', new AppError('exchange.file-missing', 'Said so.')],
    ['a value that is null', new AppError('exchange.file-missing', 'Said so.', { file: null })],
  ])('%s leaves the sentence as it is', (_, error) => {
    expect(errorText(error, 'zh-CN')).toBe('Said so.')
  })

  test('a value that looks like a pattern stays as it is', () => {
    const odd = new AppError('file.missing', '', { file: '$& {file} $1' })
    expect(errorText(odd, 'zh-CN')).toBe('$& {file} $1 不存在。请检查路径。')
  })
})
