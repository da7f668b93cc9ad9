/**
 * The pattern that reads room and time out of photos' paths, as `{room}/{date}/{time}*`. It is matched against the whole path below the
 * photo folder, without the extension: `{room}` and `{building}` stand for any text but `/`, the others for digits; `*` for anything but
 * `/`, `**` for any folders; everything else for itself, whatever its case.
 */
export const placeTokens = ['room', 'building', 'date', 'time', 'yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const
type Token = (typeof placeTokens)[number]

/** Room and time of a path. `takenAt` is an ISO date, with the time of day where the pattern gives one; null where it gives neither. */
export interface Place {
  readonly room: string | null
  readonly takenAt: string | null
}

/** Why a pattern cannot be used; `part` is what is wrong in it. */
export interface PatternProblem {
  readonly code:
    | 'empty'
    | 'token-unknown'
    | 'token-twice'
    | 'brace-open'
    | 'date-twice'
    | 'time-without-date'
    | 'tells-nothing'
    | 'too-free'
  readonly part: string
}

export interface PlacePattern {
  readonly pattern: string
  /** Null where the path does not match, or holds a date or time that the calendar does not have. */
  readonly match: (relativePath: string) => Place | null
}

export type ParsedPattern =
  { readonly ok: true; readonly pattern: PlacePattern } | { readonly ok: false; readonly problem: PatternProblem }

/** More free parts in one folder's name, or more `**`, would make some paths take for ever. */
const mostFreeParts = 4
const mostDeepParts = 2

const expressions: Readonly<Record<Token, string>> = {
  room: '[^/]+?',
  building: '[^/]+?',
  date: '\\d{4}[-_.]\\d{1,2}[-_.]\\d{1,2}|\\d{8}|\\d{4}年\\d{1,2}月\\d{1,2}日',
  time: '\\d{1,2}[-_.:h时点]\\d{2}(?:[-_.:m分]\\d{2}(?!\\d))?[分秒]?|\\d{6}(?!\\d)|\\d{4}(?!\\d)',
  yyyy: '\\d{4}',
  MM: '\\d{2}',
  dd: '\\d{2}',
  HH: '\\d{2}',
  mm: '\\d{2}',
  ss: '\\d{2}',
}

/** A pattern ready to match, or what is wrong with it. */
export function parsePlacePattern(text: string): ParsedPattern {
  const pattern = text.trim().replace(/\\/g, '/').replace(/^\/+/, '')
  const parts = pattern.match(/\{[^}]*\}?|\*\*\/?|\*|[^{*]+/g) ?? []
  const tokens = parts.filter((part) => part.startsWith('{')).map((part) => part.slice(1, -1))
  const problem = findProblem(pattern, parts, tokens)
  if (problem) return { ok: false, problem }
  const expression = new RegExp(`^${parts.map(expressionOf).join('')}$`, 'iu')
  const match = (relativePath: string): Place | null => {
    const groups = expression.exec(withoutExtension(relativePath.normalize('NFC')))?.groups
    return groups ? placeOf(groups) : null
  }
  return { ok: true, pattern: { pattern, match } }
}

const withoutExtension = (path: string): string => path.replace(/\.[^./]*$/, '')

function expressionOf(part: string): string {
  if (part === '**/') return '(?:[^/]+/)*'
  if (part === '**') return '.*'
  if (part === '*') return '[^/]*'
  const token = part.slice(1, -1)
  if (part.startsWith('{')) return `(?<${token}>${expressions[token as Token]})`
  return part.normalize('NFC').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

const isToken = (name: string): boolean => (placeTokens as readonly string[]).includes(name)

function findProblem(pattern: string, parts: readonly string[], tokens: readonly string[]): PatternProblem | null {
  const open = parts.find((part) => part.startsWith('{') && !part.endsWith('}'))
  const unknown = tokens.find((token) => !isToken(token))
  const twice = tokens.find((token, index) => tokens.indexOf(token) !== index)
  const has = (...names: readonly Token[]): boolean => names.some((name) => tokens.includes(name))
  if (pattern === '') return { code: 'empty', part: '' }
  if (open !== undefined) return { code: 'brace-open', part: open }
  if (unknown !== undefined) return { code: 'token-unknown', part: `{${unknown}}` }
  if (twice !== undefined) return { code: 'token-twice', part: `{${twice}}` }
  if (has('date') && has('yyyy', 'MM', 'dd')) return { code: 'date-twice', part: '{date}' }
  if (has('time') && has('HH', 'mm', 'ss')) return { code: 'date-twice', part: '{time}' }
  const hasDate = has('date') || ['yyyy', 'MM', 'dd'].every((name) => tokens.includes(name))
  if (has('time', 'HH', 'mm', 'ss') && !hasDate)
    return { code: 'time-without-date', part: has('time') ? '{time}' : '{HH}' }
  if (!has('room', 'building') && !hasDate) return { code: 'tells-nothing', part: pattern }
  return isTooFree(pattern) ? { code: 'too-free', part: pattern } : null
}

function isTooFree(pattern: string): boolean {
  const deep = pattern.split('**').length - 1
  const isFull = (segment: string): boolean => (segment.match(/\*|\{room\}|\{building\}/g) ?? []).length > mostFreeParts
  return deep > mostDeepParts || pattern.replaceAll('**', '').split('/').some(isFull)
}

type Groups = Readonly<Record<string, string | undefined>>

function placeOf(groups: Groups): Place | null {
  const room = [groups['building'], groups['room']].flatMap((part) => part?.trim() || []).join('-')
  const date = groups['date'] === undefined ? [groups['yyyy'], groups['MM'], groups['dd']] : dateParts(groups['date'])
  const time = groups['time'] === undefined ? [groups['HH'], groups['mm'], groups['ss']] : timeParts(groups['time'])
  const day = date.every((part) => part !== undefined) ? isoDate(date) : null
  if (day === undefined) return null
  const clock = isoTime(time)
  if (clock === undefined) return null
  return { room: room === '' ? null : room, takenAt: day === null || clock === null ? day : `${day}T${clock}` }
}

const dateParts = (text: string): (string | undefined)[] =>
  /^\d{8}$/.test(text) ? [text.slice(0, 4), text.slice(4, 6), text.slice(6)] : (text.match(/\d+/g) ?? [])
const timeParts = (text: string): (string | undefined)[] =>
  /^\d+$/.test(text) ? (text.match(/\d\d/g) ?? []) : (text.match(/\d+/g) ?? [])

/** Undefined for a day that no calendar has. */
function isoDate([year, month, day]: readonly (string | undefined)[]): string | undefined {
  const text = `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`
  const date = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? undefined : text
}

/** Null without an hour, undefined for a time that no clock shows. */
function isoTime([hour, minute = '00', second = '00']: readonly (string | undefined)[]): string | null | undefined {
  if (hour === undefined) return null
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  return isTime ? `${hour.padStart(2, '0')}:${minute}:${second}` : undefined
}
