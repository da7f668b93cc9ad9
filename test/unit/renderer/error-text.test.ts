// @vitest-environment happy-dom
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mount } from '@vue/test-utils'
import { describe, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { AppError } from '#shared/contract/app-error.ts'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { unreadable } from '#main/compute/images/photo-error.ts'
import { byteWindow } from '#main/compute/images/photo-header/byte-window.ts'
import { nameContent } from '#main/compute/images/photo-header/name-content.ts'
import { absentLibrary, libraryProblem } from '#main/compute/sessions/provider-library.ts'
import { refusedFormat } from '#main/exchange/photos/refused-formats.ts'
import { errorText } from '../../../src-renderer/composables/error-text.ts'
import ErrorBox from '../../../src-renderer/components/ui/ErrorBox.vue'
import { i18n } from '../../../src-renderer/i18n.ts'
import { knownSentence } from '../../../src-renderer/composables/known-sentences.ts'
import chinese from '../../../src-renderer/locales/errors.zh-CN.json'
import reasons from '../../../src-renderer/locales/reasons.zh-CN.json'
import messages from '../../../src-renderer/locales/zh-CN.json'
import { temporaryFolder } from '../../support/compute.ts'

const root = join(import.meta.dirname, '../../..')
const read = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
const sources = read('src-main/**/*.ts', 'src-shared/**/*.ts', 'src-renderer/**/*.ts')
const workbenchSources = read('src-main/**/*.ts')
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

/** What the pattern's first group finds in the workbench's sources. */
const found = (pattern: RegExp, files = workbenchSources): string[] => [
  ...new Set(files.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1]!))),
]

/** Errors of rooms whose sentences name bytes, operators and internal states: nobody is helped by a translation of those. */
const isInternal = (code: string) =>
  /^(pickle|numpy|npy|zip|safetensors|checkpoint|yaml|media|report|models|embedding)\./.test(code)

describe('languages', () => {
  test('every error that the page can show is said in Chinese', () => {
    // What the command line alone says is said in English.
    const codes = found(/new AppError\(\s*'([a-z]+\.[a-z0-9-]+)'/g, read('src-main/!(hosts)/**/*.ts'))
    expect(codes.length).toBeGreaterThan(150)
    const known = new Set(Object.keys(chinese))
    expect(codes.filter((code) => !known.has(code) && !isInternal(code))).toEqual([])
  })

  test.each([
    ['finding', /findingAt\(\s*'([a-z.-]+)'/g, messages.findings],
    ['finding', /code: '([a-z.-]+)',\s*severity/g, messages.findings],
    ['omission', /code: '([a-z.-]+)',\s*reason/g, messages.omissions],
  ])('every %s is said in Chinese: %s', (_, pattern, translated) => {
    const codes = found(pattern)
    const said = (code: string): unknown =>
      code.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], translated)
    expect(codes).not.toEqual([])
    expect(codes.filter((code) => typeof said(code) !== 'string')).toEqual([])
  })
})

describe('sentences that have no code', () => {
  const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  const isSaid = (sentence: string) => {
    const value = String.raw`(?:\$\{[^\`]*?\}|[^\`'\n]*?)`
    const pattern = new RegExp(
      sentence
        .split(/\{\w+\}/)
        .map(escaped)
        .join(value),
    )
    return workbenchSources.some((source) => pattern.test(source))
  }
  const say = (text: string) => knownSentence(text, 'zh-CN')
  const folder = temporaryFolder()
  const englishWords = /[a-z]{2,} [a-z]{2,}/i

  test.each(Object.entries(reasons))('%s', (sentence, translation) => {
    // Put together of two texts, which the last test of these has it say.
    if (!sentence.endsWith(' picture but {kind}')) expect(isSaid(sentence)).toBe(true)
    const values = valuesOf(sentence).sort()
    expect(valuesOf(translation).sort()).toEqual(values)
    expect(translation).toMatch(/[\u4E00-\u9FFF]/)
  })

  test('the check sees a sentence that nobody says', () => {
    expect(isSaid('Use the CPU on this machine.')).toBe(true)
    expect(isSaid('Use the abacus on this machine.')).toBe(false)
  })

  test('are left as they are in English, and where nobody translated them', () => {
    expect(knownSentence('The CPU was asked for.', 'en')).toBe('The CPU was asked for.')
    expect(say('Somebody said so.')).toBe('Somebody said so.')
    expect(say('')).toBe('')
  })

  test('why a run took its provider: a sentence within a sentence', () => {
    const absent = absentLibrary('cuda', '/nowhere')!
    expect(say(`CUDA does not run here: ${absent.reason}`)).toMatch(
      /^CUDA 在本机无法运行：缺少 libonnxruntime|^CUDA 在本机无法运行：缺少 onnx/,
    )
    const part = `Its probe ran and agrees with the CPU (largest relative difference 1.0e-7).`
    expect(say(`${part} Some of this model's operators run on the CPU.`)).toBe(
      '探测已运行，且与 CPU 一致（最大相对差 1.0e-7）。 此模型的部分算子在 CPU 上运行。',
    )
    expect(say('Weighted mean of logits: A × 0.75, B × 0.25. No model ran for it.')).toContain('A × 0.75, B × 0.25')
  })

  test('what to do about a provider keeps its command', () => {
    const { remedy } = absentLibrary('cuda', '/nowhere')!
    expect(say(remedy)).toMatch(/^请在 Lectern 的文件夹中运行：node \S+install /)
    for (const name of ['libonnxruntime_providers_cuda.so', 'onnxruntime_providers_cuda.dll'])
      writeFileSync(join(folder, name), '')
    const lacking = libraryProblem('cuda', folder, () => 'libcudnn.so.9: cannot open shared object file')!
    expect(say(lacking.remedy)).toContain('libcudnn.so.9')
    expect(say(lacking.reason)).toMatch(/^缺少 .* 所需的 libcudnn\.so\.9/)
  })

  test.each(['.heic', '.cr2', '.gif', '.jxl'])('why %s is no photo that is read', (extension) => {
    expect(say(refusedFormat(extension)!)).toMatch(/[\u4E00-\u9FFF]/)
  })

  test.each([
    ['%PDF-1.7', ' PDF 文档'],
    ['<!doctype html>', '网页或矢量图'],
    ['', '文件为空'],
    ['something else', '不是 JPEG、PNG、WebP、AVIF、BMP 或 TIFF 图片'],
  ])('a file that begins %j says what it is instead', (head, said) => {
    const bytes = Buffer.from(head)
    const content = nameContent(byteWindow(bytesSource(bytes)))
    const { message } = unreadable('/photos/a.jpg', content)
    const reason = message.replace('/photos/a.jpg ', '')
    expect(say(reason)).toContain(said)
    expect(say(reason)).not.toMatch(englishWords)
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
