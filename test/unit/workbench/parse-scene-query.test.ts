import { expect, test } from 'vitest'
import { asksForStudents, needsRun, parseSceneQuery } from '#main/workbench/scenes/parse-scene-query.ts'

const nothing = {
  texts: [],
  room: null,
  split: null,
  review: null,
  photo: null,
  bare: false,
  students: { confidences: [], outcome: null, labelled: null, className: null },
}

test.each(['', '   ', '\t\n'])('an empty query (%j) asks for everything', (text) => {
  expect(parseSceneQuery(text)).toEqual(nothing)
  expect(asksForStudents(parseSceneQuery(text).students)).toBe(false)
})

test('every part of the language, in any order and case', () => {
  expect(parseSceneQuery('Room:3-201 SPLIT:test conf<0.5 Wrong class:phone unreviewed 2026-03 nophoto')).toEqual({
    texts: ['2026-03'],
    room: '3-201',
    split: 'test',
    review: 'open',
    photo: 'missing',
    bare: false,
    students: {
      confidences: [{ comparison: '<', value: 0.5 }],
      outcome: 'wrong',
      labelled: null,
      className: 'phone',
    },
  })
})

test('quotes hold blanks together and keep words of the language as text', () => {
  const query = parseSceneQuery('room:"Block A 3" "wrong" "a b" class:"Using Phone" ""')
  expect(query).toEqual({
    ...nothing,
    room: 'Block A 3',
    texts: ['wrong', 'a b'],
    students: { ...nothing.students, className: 'Using Phone' },
  })
})

test('a quote that is still open while typing reaches to the end', () => {
  expect(parseSceneQuery('room:"Block A').room).toBe('Block A')
})

test.each(['nostudents', 'NoStudents', '无学生'])('%s asks for scenes where nobody is marked', (word) => {
  expect(parseSceneQuery(`${word} room:a`)).toEqual({ ...nothing, room: 'a', bare: true })
  expect(parseSceneQuery(`"${word}"`)).toEqual({ ...nothing, texts: [word] })
})

test('text of any language and with signs of SQL is only text', () => {
  expect(parseSceneQuery(`三年级 100%_\\ '; --`).texts).toEqual(['三年级', '100%_\\', `';`, '--'])
})

test('two bounds of confidence both hold, percent are understood', () => {
  const { students } = parseSceneQuery('conf>=20% confidence<=0.5')
  expect(students.confidences).toEqual([
    { comparison: '>=', value: 0.2 },
    { comparison: '<=', value: 0.5 },
  ])
  expect(needsRun(students)).toBe(true)
})

test.each([
  ['class:phone', true, false],
  ['unlabelled', true, false],
  ['correct', true, true],
  ['reviewed', false, false],
])('%s: asks for students %s, needs a run %s', (text, students, run) => {
  const query = parseSceneQuery(text)
  expect(asksForStudents(query.students)).toBe(students)
  expect(needsRun(query.students)).toBe(run)
})

test.each([
  ['conf<', 'conf<'],
  ['conf<high', 'conf<high'],
  ['conf<1.5', 'conf<1.5'],
  ['conf:0.5', 'conf:0.5'],
  ['conf<-1', 'conf<-1'],
  ['room:', 'room:'],
  ['room<3', 'room<3'],
  ['colour:red', 'colour:red'],
])('%j is refused and named', (text, part) => {
  expect(() => parseSceneQuery(`a ${text}`)).toThrow(
    expect.objectContaining({ code: 'scenes.query-invalid', details: { part } }),
  )
})
