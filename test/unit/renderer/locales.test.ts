import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, type SFCTemplateBlock } from 'vue/compiler-sfc'
import { createI18n } from 'vue-i18n'
import { actionCatalogue } from '../../../src-renderer/composables/actions/catalogue.ts'
import en from '../../../src-renderer/locales/en.json'
import zhCN from '../../../src-renderer/locales/zh-CN.json'

const root = join(import.meta.dirname, '../../../src-renderer')
const files = globSync(['**/*.vue', '**/*.ts'], { cwd: root }).map((file) => join(root, file))
const components = files.filter((file) => file.endsWith('.vue'))

function flat(messages: object, prefix = ''): Map<string, string> {
  const entries = Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? [...flat(value, `${prefix}${key}.`)]
      : [[`${prefix}${key}`, String(value)] as const],
  )
  return new Map(entries)
}

const english = flat(en)
const chinese = flat(zhCN)
const placeholders = (message: string) => [...new Set(message.match(/\{\w+\}/g) ?? [])].sort()

describe('messages', () => {
  test('English and Chinese have the same keys', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  test('no message is empty, and both languages name the same values', () => {
    for (const [key, message] of english) {
      expect(message.trim(), key).not.toBe('')
      expect(placeholders(chinese.get(key) ?? ''), key).toEqual(placeholders(message))
    }
  })

  test('every message can be formatted without compiling functions', () => {
    const i18n = createI18n({ legacy: false, locale: 'en', messages: { en, 'zh-CN': zhCN }, missingWarn: false })
    for (const language of ['en', 'zh-CN'] as const) {
      i18n.global.locale.value = language
      for (const key of english.keys()) expect(i18n.global.t(key, 2), key).not.toBe(key)
    }
  })

  test('every key that the sources name in full exists', () => {
    const missing = files.flatMap((file) => {
      const source = readFileSync(file, 'utf8')
      return [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1]!).filter((key) => !english.has(key))
    })
    expect(missing).toEqual([])
  })

  test('every key that the sources build has members under its fixed part', () => {
    const keys = [...english.keys()]
    const missing = files.flatMap((file) => {
      const source = readFileSync(file, 'utf8')
      return [...source.matchAll(/\bte?\(\s*`([^`$]+)\$\{/g)]
        .map((match) => match[1]!)
        .filter((start) => !keys.some((key) => key.startsWith(start)))
    })
    expect(missing).toEqual([])
  })

  test('every action has a title', () => {
    for (const { id, title } of actionCatalogue) expect(english.has(title), id).toBe(true)
  })
})

interface TemplateNode {
  readonly type: number
  readonly content?: unknown
  readonly children?: readonly TemplateNode[]
  readonly props?: readonly {
    readonly type: number
    readonly name: string
    readonly value?: { readonly content: string }
  }[]
}
const textNode = 2
const plainAttribute = 6
const spokenAttributes = new Set([
  'title',
  'placeholder',
  'alt',
  'aria-label',
  'label',
  'text',
  'message',
  'description',
])
/** The search language of the scene list is the same in every language. */
const searchExample = 'room:3-201 conf<0.5 wrong class:phone'
const isWords = (text: string) => text !== searchExample && /\p{L}{2,}/u.test(text)

/** Words that stand in a template as they are: text, and attributes that people read or hear. */
function bareWords(node: TemplateNode): string[] {
  const own =
    node.type === textNode && typeof node.content === 'string' && isWords(node.content) ? [node.content.trim()] : []
  const spoken = (node.props ?? [])
    .filter(
      (prop) => prop.type === plainAttribute && spokenAttributes.has(prop.name) && isWords(prop.value?.content ?? ''),
    )
    .map((prop) => `${prop.name}="${prop.value?.content}"`)
  return [...own, ...spoken, ...(node.children ?? []).flatMap(bareWords)]
}

const templateOf = (source: string): SFCTemplateBlock | null => parse(source).descriptor.template

describe('templates', () => {
  test('the check sees bare words where there are some', () => {
    const template = templateOf('<template><p title="Hello there">Some words {{ x }} <b>–</b></p></template>')
    expect(bareWords(template!.ast as unknown as TemplateNode)).toEqual(['title="Hello there"', 'Some words'])
  })

  test.each(components.map((file) => [relative(root, file), file]))('%s holds no bare words', (_name, file) => {
    const template = templateOf(readFileSync(file, 'utf8'))
    expect(template ? bareWords(template.ast as unknown as TemplateNode) : []).toEqual([])
  })

  test.each(components.map((file) => [relative(root, file), file]))(
    '%s has no style attribute that the CSP would refuse',
    (_name, file) => {
      expect(readFileSync(file, 'utf8')).not.toMatch(/\sstyle="/)
    },
  )

  test('imports stay inside the page: only the bridge talks to the outside', () => {
    const outside = files
      .filter((file) => dirname(file) !== join(root, 'bridge'))
      .filter((file) =>
        /\bnew WebSocket\b|\bfetch\(|\bwindow\.lectern\b|from 'electron'/.test(readFileSync(file, 'utf8')),
      )
    expect(outside.map((file) => relative(root, file))).toEqual([])
  })
})
