import { AppError } from '#shared/contract/app-error.ts'

export type Comparison = '<' | '<=' | '>' | '>='

/** What a scene must be, and what one of its students must be: all student conditions hold for the same student. */
export interface SceneQuery {
  /** Parts of the path, all of which must occur. */
  readonly texts: readonly string[]
  readonly room: string | null
  readonly split: string | null
  readonly review: 'open' | 'reviewed' | null
  readonly photo: 'present' | 'missing' | null
  /** Whether nobody may be marked on it. */
  readonly bare: boolean
  readonly students: StudentQuery
}

export interface StudentQuery {
  /** Confidence of the prediction, 0 to 1. */
  readonly confidences: readonly { readonly comparison: Comparison; readonly value: number }[]
  /** `wrong`: label in force and prediction differ. */
  readonly outcome: 'wrong' | 'correct' | null
  readonly labelled: 'labelled' | 'unlabelled' | null
  /** Class as the user wrote it: a name, a part of one, a letter or an index. */
  readonly className: string | null
}

type Term =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string; readonly operator: string; readonly value: string }

const words: Readonly<Record<string, (query: MutableQuery) => void>> = {
  wrong: (query) => void (query.students.outcome = 'wrong'),
  correct: (query) => void (query.students.outcome = 'correct'),
  unlabelled: (query) => void (query.students.labelled = 'unlabelled'),
  labelled: (query) => void (query.students.labelled = 'labelled'),
  unreviewed: (query) => void (query.review = 'open'),
  reviewed: (query) => void (query.review = 'reviewed'),
  photo: (query) => void (query.photo = 'present'),
  nophoto: (query) => void (query.photo = 'missing'),
  nostudents: (query) => void (query.bare = true),
  无学生: (query) => void (query.bare = true),
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] }
type MutableQuery = Omit<Mutable<SceneQuery>, 'students' | 'texts'> & {
  texts: string[]
  students: Omit<Mutable<StudentQuery>, 'confidences'> & { confidences: StudentQuery['confidences'][number][] }
}

/**
 * The search language of the scene list: `room:3-201 split:test conf<0.5 wrong class:phone unreviewed text`. Values with blanks
 * stand in double quotes; a quoted word is always text. Throws AppError `scenes.query-invalid` naming the part that is wrong.
 */
export function parseSceneQuery(text: string): SceneQuery {
  const query: MutableQuery = {
    texts: [],
    room: null,
    split: null,
    review: null,
    photo: null,
    bare: false,
    students: { confidences: [], outcome: null, labelled: null, className: null },
  }
  for (const term of termsOf(text)) {
    if (term.kind === 'field') applyField(query, term)
    else query.texts.push(term.text)
  }
  return query
}

/** What stands between blanks, where blanks in double quotes do not count; a quote still open reaches to the end. */
const tokenPattern = /(?:[^\s"]|"[^"]*(?:"|$))+/gu
const fieldPattern = /^([a-z]+)(:|<=|>=|<|>|=)(.*)$/isu

function* termsOf(text: string): Generator<Term> {
  for (const [token] of text.matchAll(tokenPattern)) {
    const value = token.replaceAll('"', '')
    const [, name, operator, fieldValue] = fieldPattern.exec(value) ?? []
    const isQuoted = token.startsWith('"')
    if (!isQuoted && name !== undefined && operator !== undefined) {
      yield { kind: 'field', name: name.toLowerCase(), operator, value: fieldValue ?? '' }
    } else if (!isQuoted && Object.hasOwn(words, value.toLowerCase())) {
      yield { kind: 'field', name: value.toLowerCase(), operator: '', value: '' }
    } else if (value !== '') yield { kind: 'word', text: value }
  }
}

function applyField(query: MutableQuery, term: Extract<Term, { kind: 'field' }>): void {
  const { name, operator, value } = term
  if (operator === '') return words[name]?.(query)
  const whole = `${name}${operator}${value}`
  if (name === 'conf' || name === 'confidence') {
    query.students.confidences.push(confidence(operator, value, whole))
    return
  }
  if (operator !== ':') throw invalid(`"${whole}" compares "${name}"; only "conf" can be compared, as conf<0.5.`, whole)
  if (value === '') throw invalid(`"${whole}" needs a value after ":".`, whole)
  if (name === 'room') query.room = value
  else if (name === 'split') query.split = value
  else if (name === 'class') query.students.className = value
  else if (name === 'name' || name === 'scene') query.texts.push(value)
  else
    throw invalid(
      `"${name}" is nothing to search by. Use room, split, class or conf, or put the text in quotes.`,
      whole,
    )
}

/** Percent are understood too: conf<50%. */
function confidence(operator: string, text: string, whole: string): StudentQuery['confidences'][number] {
  const isPercent = text.endsWith('%')
  const number = isPercent ? text.slice(0, -1) : text
  const value = Number(number) / (isPercent ? 100 : 1)
  if (!['<', '<=', '>', '>='].includes(operator) || number.trim() === '' || !(value >= 0 && value <= 1)) {
    throw invalid(`"${whole}" is no comparison of confidence. Write conf<0.5 or conf>=90%.`, whole)
  }
  return { comparison: operator as Comparison, value }
}

const invalid = (sentence: string, part: string): AppError => new AppError('scenes.query-invalid', sentence, { part })

export const asksForStudents = ({ confidences, outcome, labelled, className }: StudentQuery): boolean =>
  confidences.length > 0 || outcome !== null || labelled !== null || className !== null

/** Whether the query speaks of predictions, which only a run can answer. */
export const needsRun = ({ confidences, outcome }: StudentQuery): boolean => confidences.length > 0 || outcome !== null
