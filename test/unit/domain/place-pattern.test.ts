import { describe, expect, test } from 'vitest'
import { parsePlacePattern } from '#shared/domain/place-pattern.ts'

function read(pattern: string, path: string) {
  const parsed = parsePlacePattern(pattern)
  if (!parsed.ok) throw new Error(parsed.problem.code)
  return parsed.pattern.match(path)
}

describe('a pattern for room and time', () => {
  test.each([
    ['{room}/{date}/{time}_*', '3-201/2026-03-02/0815_a.jpg', '3-201', '2026-03-02T08:15:00'],
    ['{building}-{room} {yyyy}-{MM}-{dd} {HH}{mm}', 'A-201 2026-03-02 0815.jpg', 'A-201', '2026-03-02T08:15:00'],
    ['{building}-{room} {yyyy}-{MM}-{dd} {HH}{mm}{ss}', 'A-201 2026-03-02 081559.jpg', 'A-201', '2026-03-02T08:15:59'],
    ['**/{room}/{date}/*', 'school/north/B/20260302/IMG.1.jpg', 'B', '2026-03-02'],
    ['**/{room}/{date}/*', 'B/2026_3_2/x.jpg', 'B', '2026-03-02'],
    ['{date}_{time}*', '2026年3月2日_8时15分.jpg', null, '2026-03-02T08:15:00'],
    ['{date}_{time}*', '20260302_081530_HDR.jpg', null, '2026-03-02T08:15:30'],
    ['{room}/*', ' 3-201 /x.jpg', '3-201', null],
    ['{ROOM}'.toLowerCase(), '教室.jpeg', '教室', null],
    ['CLASS {room}', 'class 7.png', '7', null],
    ['\\{room}\\{date}'.slice(1), 'a.b/2026-03-02.jpg', 'a.b', '2026-03-02'],
    ['{room} (new).v2+[x]', '5 (new).v2+[x].jpg', '5', null],
  ])('%s on %s', (pattern, path, room, takenAt) => {
    expect(read(pattern, path)).toEqual({ room, takenAt })
  })

  test.each([
    ['a folder too many', '{room}/{date}', 'x/3-201/2026-03-02.jpg'],
    ['a day that no calendar has', '{room}/{date}', '3-201/2026-02-30.jpg'],
    ['a time that no clock shows', '{date} {time}', '2026-03-02 2561.jpg'],
    ['text that differs', 'Room {room}', 'Hall 3.jpg'],
    ['a room that is empty', '{room}/x', '/x.jpg'],
  ])('does not fit %s', (_what, pattern, path) => {
    expect(read(pattern, path)).toBeNull()
  })

  test.each([
    ['', 'empty', ''],
    ['  ', 'empty', ''],
    ['{room', 'brace-open', '{room'],
    ['{Room}', 'token-unknown', '{Room}'],
    ['{room}/{room}', 'token-twice', '{room}'],
    ['{date}/{yyyy}', 'date-twice', '{date}'],
    ['{room}/{time}', 'time-without-date', '{time}'],
    ['{room}/{yyyy}-{MM}/{HH}', 'time-without-date', '{HH}'],
    ['*/*', 'tells-nothing', '*/*'],
    ['{yyyy}/*', 'tells-nothing', '{yyyy}/*'],
    ['{room}*a*b*c*d', 'too-free', '{room}*a*b*c*d'],
    ['**/**/**/{room}', 'too-free', '**/**/**/{room}'],
  ])('%j is refused: %s', (pattern, code, part) => {
    expect(parsePlacePattern(pattern)).toEqual({ ok: false, problem: { code, part } })
  })

  test('the freest pattern that is taken ends soon on a name made to keep it busy', () => {
    expect(read('**/*a*a*a{room}b', `${'a'.repeat(120)}.jpg`)).toBeNull()
  })
})
