import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import { matchPhotos, pathSegments } from '#main/exchange/photos/match-photos.ts'

const matchOf = (imgPath: string, photos: readonly string[]) => matchPhotos([imgPath], photos).get(imgPath)

function refusal(act: () => unknown): AppError {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('nothing was refused')
}

describe('pathSegments', () => {
  it.each([
    ['', []],
    ['.', []],
    ['./a/b.jpg', ['a', 'b.jpg']],
    ['/a//b.jpg', ['a', 'b.jpg']],
    ['C:\\data\\a\\b.jpg', ['data', 'a', 'b.jpg']],
    ['c:/data/../b.jpg', ['b.jpg']],
    ['../b.jpg', ['b.jpg']],
    ['a\\b/c.jpg', ['a', 'b', 'c.jpg']],
  ])('splits %j', (path, segments) => expect(pathSegments(path)).toEqual(segments))

  it('treats composed and decomposed letters alike', () => {
    expect(pathSegments('e\u0301.jpg')).toEqual(['é.jpg'])
  })
})

describe('matchPhotos', () => {
  it('answers nothing for nothing', () => {
    expect(matchPhotos([], ['a.jpg']).size).toBe(0)
    expect(matchOf('a.jpg', [])).toEqual({ imgPath: 'a.jpg', photo: null, by: null })
  })

  it.each([
    ['the same relative path', 'images/1.jpg', ['images/1.jpg', 'other/1.jpg'], 'images/1.jpg', 'path'],
    ['a path from a Windows disk', 'D:\\NCST\\images\\1.jpg', ['images/1.jpg', 'other/1.jpg'], 'images/1.jpg', 'path'],
    ['an absolute POSIX path', '/data/ncst/images/1.jpg', ['images/1.jpg', 'other/1.jpg'], 'images/1.jpg', 'path'],
    ['a root below the paths', 'images/1.jpg', ['1.jpg'], '1.jpg', 'path'],
    ['a root above the paths', 'images/1.jpg', ['set/images/1.jpg', 'set/other/1.jpg'], 'set/images/1.jpg', 'path'],
    ['the longer of two whole paths', 'set/images/1.jpg', ['images/1.jpg', '1.jpg'], 'images/1.jpg', 'path'],
    [
      'the exact path before a longer one',
      'images/1.jpg',
      ['images/1.jpg', 'copy/images/1.jpg'],
      'images/1.jpg',
      'path',
    ],
    ['only the name', 'monday/1.jpg', ['tuesday/1.jpg'], 'tuesday/1.jpg', 'name'],
    ['another letter case', 'Images/1.JPG', ['images/1.jpg'], 'images/1.jpg', 'path'],
  ] as const)('finds %s', (_what, imgPath, photos, photo, by) => {
    expect(matchOf(imgPath, photos)).toEqual({ imgPath, photo, by })
  })

  it('prefers the exact case where both exist', () => {
    expect(matchOf('a/1.JPG', ['a/1.jpg', 'a/1.JPG'])?.photo).toBe('a/1.JPG')
  })

  it('does not take a longer name for a match', () => {
    expect(matchOf('66.jpg', ['166.jpg'])?.photo).toBeNull()
  })

  it('refuses two photos of one name, and lists both', () => {
    const error = refusal(() => matchPhotos(['old/1.jpg'], ['a/1.jpg', 'b/1.jpg']))
    expect(error.code).toBe('exchange.photo-ambiguous')
    expect(error.message).toContain('a/1.jpg, b/1.jpg')
    expect(error.details).toEqual({ imgPath: 'old/1.jpg', photos: ['a/1.jpg', 'b/1.jpg'] })
  })

  it('refuses two photos whose paths end alike', () => {
    expect(refusal(() => matchPhotos(['images/1.jpg'], ['a/images/1.jpg', 'b/images/1.jpg'])).code).toBe(
      'exchange.photo-ambiguous',
    )
  })

  it('refuses one photo for two scenes, and lists both', () => {
    const error = refusal(() => matchPhotos(['a/1.jpg', 'b/1.jpg'], ['1.jpg']))
    expect(error.details).toEqual({ photo: '1.jpg', imgPaths: ['a/1.jpg', 'b/1.jpg'] })
  })

  it('gives two spellings of one path the same photo', () => {
    const matches = matchPhotos(['images/1.jpg', 'images\\1.jpg'], ['images/1.jpg'])
    expect([...matches.values()].map(({ photo }) => photo)).toEqual(['images/1.jpg', 'images/1.jpg'])
  })
})
