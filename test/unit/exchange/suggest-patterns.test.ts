import { describe, expect, test } from 'vitest'
import { suggestPatterns } from '#main/exchange/photos/suggest-patterns.ts'

const lessons = ['3-201', '3-202', '3-203'].flatMap((room) =>
  ['2026-03-02', '2026-03-03', '2026-03-04'].flatMap((day) =>
    ['0815', '0900', '1030'].map((time) => ({ room, day, time })),
  ),
)
const best = (paths: readonly string[]) => suggestPatterns(paths)[0]?.pattern

describe('patterns that the folders suggest', () => {
  test.each([
    ['{room}/{date}/{time}*', lessons.map(({ room, day, time }) => `${room}/${day}/${time}_a.jpg`)],
    ['*/{room}/{date}/{time}*', lessons.map(({ room, day, time }) => `school/${room}/${day}/${time}.jpg`)],
    ['{room}/{date}/*', lessons.map(({ room, day }, index) => `${room}/${day}/IMG_${1000 + index}.jpg`)],
    [
      '{room}/*_{date}_{time}*',
      lessons.map(({ room, day, time }) => `${room}/IMG_${day.replaceAll('-', '')}_${time}12.jpg`),
    ],
    ['{room} {date}/*', lessons.map(({ room, day }, index) => `Room ${room} ${day}/${index}.jpg`)],
  ])('%s', (pattern, paths) => {
    expect(best(paths)).toBe(pattern)
    expect(suggestPatterns(paths)[0]?.share).toBe(1)
  })

  test.each([
    ['no photo', []],
    ['one folder of numbers', lessons.map((_, index) => `${index}.jpg`)],
    ['folders too deep', lessons.map((_, index) => `a/b/c/d/e/${index}.jpg`)],
  ])('none for %s', (_what, paths) => {
    expect(suggestPatterns(paths)).toEqual([])
  })

  test('running numbers are not taken for times of day', () => {
    const paths = lessons.map(({ day }, index) => `${day}/${String(index).padStart(4, '0')}.jpg`)
    expect(suggestPatterns(paths).every(({ pattern }) => !pattern.includes('{time}'))).toBe(true)
  })

  test('a few photos that lie elsewhere do not spoil it', () => {
    const paths = [...lessons.map(({ room, day, time }) => `${room}/${day}/${time}.jpg`), 'stray.jpg', 'x/y.jpg']
    expect(best(paths)).toBe('{room}/{date}/{time}*')
  })
})
