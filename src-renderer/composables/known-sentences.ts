import chinese from '../locales/reasons.zh-CN.json'

interface KnownSentence {
  readonly pattern: RegExp
  readonly translation: string
}

const valuePattern = /\{(\w+)\}/g

const patternOf = (sentence: string): RegExp => {
  // Every second part is the name of a value.
  const parts = sentence.split(valuePattern)
  const source = parts.map((part, at) => (at % 2 === 1 ? `(?<${part}>.+?)` : RegExp.escape(part)))
  return new RegExp(`^${source.join('')}$`, 's')
}

/** First those that begin with most words of their own, then those with most of them: others would take a part of theirs for a value. */
function compiled(table: Readonly<Record<string, string>>): KnownSentence[] {
  const beginning = (sentence: string): number => sentence.split(valuePattern)[0]!.length
  const ownWords = (sentence: string): number => sentence.replaceAll(valuePattern, '').length
  return Object.entries(table)
    .sort(([one], [other]) => beginning(other) - beginning(one) || ownWords(other) - ownWords(one))
    .map(([sentence, translation]) => ({ pattern: patternOf(sentence), translation }))
}

/**
 * What the workbench tells as an English sentence only, because it is stored so (why a run took its provider) or stands for a file among
 * many (why it was left out): the sentence with `{values}`, and its translation.
 */
const sentences: Readonly<Record<string, readonly KnownSentence[]>> = { 'zh-CN': compiled(chinese) }

/** The same in the language of the page; the text itself where nobody translated it. Values are translated, too, where they are known. */
export function knownSentence(text: string, locale: string): string {
  for (const { pattern, translation } of sentences[locale] ?? []) {
    const values = pattern.exec(text)
    if (!values) continue
    return translation.replaceAll(valuePattern, (_, name: string) => knownSentence(values.groups?.[name] ?? '', locale))
  }
  return text
}
