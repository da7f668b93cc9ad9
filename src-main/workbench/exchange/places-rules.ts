import { AppError } from '#shared/contract/app-error.ts'
import { placeRules, type PlaceRules } from '#shared/contract/exchange.ts'
import { parsePlacePattern, placeTokens } from '#shared/domain/place-pattern.ts'
import type { PatternProblem, PlacePattern } from '#shared/domain/place-pattern.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'
import type { ScenePlace } from '#main/store/tables/scene-place.ts'
import type { Store } from '#main/store/store.ts'

/** A pattern ready to give scenes their room and time. */
export interface PlaceGiver {
  readonly rules: PlaceRules
  readonly pattern: PlacePattern
}

const reasons: Readonly<Record<PatternProblem['code'], (part: string) => string>> = {
  empty: () => 'it is empty',
  'token-unknown': (part) => `${part} is no token; there are ${placeTokens.map((token) => `{${token}}`).join(' ')}`,
  'token-twice': (part) => `${part} stands there twice`,
  'brace-open': (part) => `${part} has no closing brace`,
  'date-twice': (part) => `${part} and its parts stand there both`,
  'time-without-date': (part) => `${part} needs a day: add {date}, or {yyyy}, {MM} and {dd}`,
  'tells-nothing': () => 'it has neither {room} nor a whole date',
  'too-free': () => 'it has more than four * or {room} in one name, or more than two **',
}

/** Why a pattern cannot be used, as a sentence. */
export const describeProblem = ({ code, part }: PatternProblem, pattern: string): string =>
  `The pattern "${pattern}" cannot be used: ${reasons[code](part)}.`

/** Throws AppError `places.pattern-wrong`. */
export function placeGiver(rules: PlaceRules): PlaceGiver {
  const parsed = parsePlacePattern(rules.pattern)
  if (parsed.ok) return { rules, pattern: parsed.pattern }
  const { problem } = parsed
  throw new AppError('places.pattern-wrong', describeProblem(problem, rules.pattern), { ...problem })
}

/** The rules of the project, null where it has none. */
export function projectRules(store: Store): PlaceRules | null {
  const text = getProperty(store, 'placePattern')
  return text === null ? null : placeRules.parse(JSON.parse(text))
}

export const setProjectRules = (store: Store, rules: PlaceRules | null): void =>
  setProperty(store, 'placePattern', rules === null ? null : JSON.stringify(rules))

/** Room and time that the pattern gives a scene; null where it leaves the scene as it was before any pattern. */
export function givenPlace(
  { rules, pattern }: PlaceGiver,
  scene: ScenePlace,
): { readonly room: string | null; readonly takenAt: string | null } | null {
  const place = pattern.match(scene.relativePath)
  if (!place) return null
  const room = place.room !== null && (scene.room === null || rules.overwrite) ? place.room : scene.room
  const takenAt = place.takenAt === null ? scene.takenAt : chosenTime(rules, scene, place.takenAt)
  return room === scene.room && takenAt === scene.takenAt ? null : { room, takenAt }
}

/** The camera's own time, an import's, or the path's. */
function chosenTime({ preferExif, overwrite }: PlaceRules, scene: ScenePlace, ofPath: string): string {
  const { takenAt, cameraTime } = scene
  const isImported = takenAt !== null && takenAt !== cameraTime
  if (isImported && !overwrite) return takenAt
  return preferExif && cameraTime !== null ? cameraTime : ofPath
}
