/**
 * How well `text` answers `query`: 0 where it does not, more where the letters stand together, start a word or start the
 * text. Letters must come in order, as in `rma` for "Run model on all".
 */
export function matchScore(query: string, text: string): number {
  const wanted = query.trim().toLowerCase()
  const given = text.toLowerCase()
  if (wanted === '') return 1
  const whole = given.indexOf(wanted)
  if (whole >= 0) return 1000 - whole + (isWordStart(given, whole) ? 500 : 0)
  let score = 0
  let at = -1
  for (const letter of wanted.replace(/\s+/g, '')) {
    const next = given.indexOf(letter, at + 1)
    if (next < 0) return 0
    score += next === at + 1 ? 5 : isWordStart(given, next) ? 4 : 1
    at = next
  }
  return score
}

/**
 * How well `query` names something by another word for it: whole words or their beginnings only, since letters scattered over many
 * aliases would fit anything. Less than any title that has the words, more than a title with scattered letters.
 */
export function aliasScore(query: string, aliases: readonly string[]): number {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return 0
  return Math.max(0, ...aliases.map((alias) => phraseScore(wanted, alias.toLowerCase())))
}

function phraseScore(wanted: string, alias: string): number {
  const at = alias.indexOf(wanted)
  if (at < 0) return 0
  // Chinese is written without spaces: any place in a phrase may begin a word.
  const isStart = isWordStart(alias, at) || /\p{Script=Han}/u.test(wanted)
  return isStart ? 600 - Math.min(at, 100) - (alias === wanted ? 0 : 50) : 0
}

const isWordStart = (text: string, at: number) => at === 0 || /[\s\-/_.]/.test(text[at - 1] ?? '')
