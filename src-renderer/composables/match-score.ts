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

const isWordStart = (text: string, at: number) => at === 0 || /[\s\-/_.]/.test(text[at - 1] ?? '')
