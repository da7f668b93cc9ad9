import { parsePlacePattern } from '#shared/domain/place-pattern.ts'
import type { Place } from '#shared/domain/place-pattern.ts'

/** What a folder or a file may be called; `{time}` alone stands below a folder of a date. */
const folderForms = [
  '{date}',
  '{room} {date}',
  '{room}_{date}',
  '{date} {room}',
  '{date}_{room}',
  '{room}',
  '*',
] as const
const nameForms = [
  '{room}_{date}_{time}*',
  '{date}_{time}*',
  '{date}-{time}*',
  '{date} {time}*',
  '*_{date}_{time}*',
  '{date}*',
  '*_{date}*',
  '{time}*',
  '*',
] as const

const mostSampled = 300
const mostFolders = 4
const mostSuggested = 4
const enoughShare = 0.6
/** Lessons are held by day: what looks like the time of a night is a running number. */
const [firstHour, lastHour] = [6, 22]

export interface PatternSuggestion {
  readonly pattern: string
  /** Of the paths, 0 to 1. */
  readonly share: number
}

/** Patterns that fit most of these paths and tell something of them, the most telling first. */
export function suggestPatterns(relativePaths: readonly string[]): PatternSuggestion[] {
  const paths = sampled(relativePaths)
  const depth = commonest(paths.map((path) => path.split('/').length - 1))
  if (depth === null || depth > mostFolders) return []
  const alike = paths.map((path) => path.split('/')).filter((parts) => parts.length === depth + 1)
  const levels = Array.from({ length: depth + 1 }, (_, level) => {
    const values = [...new Set(alike.map((parts) => parts[level] ?? ''))]
    return (level === depth ? nameForms : folderForms).filter((form) => fitsLevel(form, values))
  })
  return combinations(levels)
    .flatMap((pattern) => scored(pattern, paths) ?? [])
    .sort((one, other) => other.worth - one.worth || one.pattern.length - other.pattern.length)
    .slice(0, mostSuggested)
    .map(({ pattern, share }) => ({ pattern, share }))
}

function sampled(paths: readonly string[]): string[] {
  const step = Math.max(1, paths.length / mostSampled)
  return Array.from(
    { length: Math.min(paths.length, mostSampled) },
    (_, index) => paths[Math.floor(index * step)] ?? '',
  )
}

function commonest(values: readonly number[]): number | null {
  const groups = [...Map.groupBy(values, (value) => value)].sort(([, one], [, other]) => other.length - one.length)
  return groups[0]?.[0] ?? null
}

/** Whether a form fits most names of its level: a date must stand where the form says. */
function fitsLevel(form: string, values: readonly string[]): boolean {
  if (form === '*') return true
  const isClock = form === '{time}*'
  const parsed = parsePlacePattern(isClock ? `{date}/${form}` : form)
  if (!parsed.ok) return false
  const fits = (value: string): boolean => {
    // Folders have no extension; what stands behind their last dot is part of the name.
    const place = parsed.pattern.match(isClock ? `2026-01-01/${value}` : `${value}${value.includes('.') ? '' : '.jpg'}`)
    return place !== null && isLikely(place) && (form !== '{room}' || !isDate(value))
  }
  return values.filter(fits).length >= enoughShare * values.length
}

const isDate = (text: string): boolean => /^\d{4}[-_.]?\d{1,2}[-_.]?\d{1,2}$/.test(text)

function isLikely({ takenAt }: Place): boolean {
  if (takenAt === null) return true
  const hour = takenAt.includes('T') ? Number(takenAt.slice(11, 13)) : firstHour
  const year = Number(takenAt.slice(0, 4))
  return hour >= firstHour && hour <= lastHour && year >= 1990 && year < 2100
}

const combinations = (levels: readonly (readonly string[])[]): string[] =>
  levels.reduce<string[]>(
    (patterns, forms) =>
      patterns.flatMap((pattern) => forms.map((form) => (pattern === '' ? form : `${pattern}/${form}`))),
    [''],
  )

/** A date tells as much as a room, a time half of that; what fits more photos goes first. Null where a pattern is none or tells nothing. */
function scored(pattern: string, paths: readonly string[]): (PatternSuggestion & { readonly worth: number }) | null {
  const parsed = parsePlacePattern(pattern)
  if (!parsed.ok) return null
  const places = paths.flatMap((path) => parsed.pattern.match(path) ?? [])
  const share = places.length / paths.length
  if (share < enoughShare || !places.every(isLikely)) return null
  const rooms = new Set(places.map(({ room }) => room))
  // A room that every photo has for itself is the number of the photo.
  if (rooms.size > 1 && rooms.size > places.length / 2 && places.length > 3) return null
  const told =
    Number(places[0]?.room != null) * 2 + (/\{date\}/.test(pattern) ? 2 : 0) + (/\{time\}/.test(pattern) ? 1 : 0)
  // Of two folders that may be the room, the one that differs from photo to photo is.
  return { pattern, share, worth: (told + (rooms.size > 1 ? 0.5 : 0)) * share }
}
