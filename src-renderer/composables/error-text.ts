import type { AppErrorData, ErrorDetails } from '#shared/contract/app-error.ts'
import { className } from './class-name.ts'
import { knownSentence } from './known-sentences.ts'
import chinese from '../locales/errors.zh-CN.json'

/**
 * Sentences by an error's code, with its details as named values. English has none: what the workbench says is English already, and says
 * more than a general sentence could.
 */
const sentences: Readonly<Record<string, Readonly<Record<string, string>>>> = { 'zh-CN': chinese }

/**
 * The sentence of an error in the language of the page. Where nobody translated the code, or a value is missing, its own one, translated
 * where it is known as a sentence.
 */
export function errorText({ code, message, details }: AppErrorData, locale: string): string {
  const known = sentences[locale]
  const sentence = known && Object.hasOwn(known, code) ? known[code] : undefined
  return (sentence && filled(sentence, details, locale)) ?? knownSentence(message, locale)
}

function filled(sentence: string, details: ErrorDetails, locale: string): string | null {
  let complete = true
  const text = sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(details, name) ? details[name] : null
    if (value === null || value === undefined) complete = false
    if (typeof value === 'string') return name === 'class' ? className(value) : knownSentence(value, locale)
    return Array.isArray(value) ? value.join('、') : String(value)
  })
  return complete ? text : null
}
