import { describe, expect, it } from 'vitest'
import { draftScenes } from '#main/exchange/rafnet/draft-features.ts'
import { draftOf } from '#main/exchange/import-draft.ts'
import type { DraftPhoto } from '#main/exchange/import-draft.ts'
import { examineFeatures } from '#main/exchange/rafnet/examine-features.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { matchPhotos } from '#main/exchange/photos/match-photos.ts'
import { aContext, aModality, aTable } from '../../support/feature-tables.ts'

const draftFeatures = (...parameters: Parameters<typeof draftScenes>) => draftOf([...draftScenes(...parameters)])

const classes = new Set([0, 1, 2, 3, 4])
const box = [10, 10, 20, 30]
const photo: DraftPhoto = {
  relativePath: 'images/a.jpg',
  size: { widthPx: 200, heightPx: 100 },
  sha256: 'x',
  takenAt: null,
  problem: null,
}

function examine(table: FeatureTable, photos: readonly DraftPhoto[] = [photo]) {
  const matches = matchPhotos(
    table.imgPaths,
    photos.map(({ relativePath }) => relativePath),
  )
  const draft = draftFeatures(table, {
    matches,
    photos: new Map(photos.map((one) => [one.relativePath, one])),
    classes,
  })
  return [...examineFeatures(table, draft, classes)].flat()
}

const codes = (...parameters: Parameters<typeof examine>) => examine(...parameters).map(({ code }) => code)

describe('the import doctor', () => {
  it('has nothing to say of a sound file', () => {
    expect(examine(aTable([box, box]))).toEqual([])
  })

  it('counts every place but shows five', () => {
    const [finding] = examine(aTable([box, box, box, box, box, box], { labels: new Int32Array(6).fill(9) }))
    expect(finding).toMatchObject({ code: 'labels-unknown', severity: 'warning', count: 6 })
    expect(finding?.examples).toHaveLength(5)
    expect(finding?.examples[0]).toBe('a.jpg, student s_0 (row 0): 9')
    expect(finding?.message).toContain('imported unlabelled')
  })

  const inverted = [10, 30, 20, 12]
  it.each<[string, FeatureTable, readonly DraftPhoto[] | undefined]>([
    ['context-missing', aTable([box], { context: null }), undefined],
    ['context-partial', aTable([box], { context: aContext([box], { rooms: null }) }), undefined],
    ['modalities-stale', aTable([box], { statedModalities: ['convnext', 'resnet'] }), undefined],
    ['modalities-stale', aTable([box], { statedModalities: [] }), undefined],
    ['width-mismatch', aTable([box], { statedWidths: { convnext: 4, resnet: 9 } }), undefined],
    [
      'features-not-finite',
      aTable([box], { modalities: [aModality('convnext', 3, { notFiniteRows: [0] })] }),
      undefined,
    ],
    ['byte-order-swapped', aTable([box], { modalities: [aModality('convnext', 3, { byteOrder: 'big' })] }), undefined],
    ['labels-missing', aTable([box], { labels: null }), undefined],
    ['labels-unlabelled', aTable([box], { labels: Int32Array.of(-1) }), undefined],
    ['labels-unknown', aTable([box], { labels: Int32Array.of(-2) }), undefined],
    ['ids-missing', aTable([box], { bboxIds: null }), undefined],
    ['ids-duplicate', aTable([box, box], { bboxIds: ['s', 's'] }), undefined],
    ['size-differs', aTable([box]), [{ ...photo, size: { widthPx: 100, heightPx: 200 } }]],
    ['box-inverted', aTable([inverted]), undefined],
    ['box-empty', aTable([[10, 10, 10, 30]]), undefined],
    ['box-outside', aTable([[190, 10, 201, 30]]), undefined],
    ['photo-missing', aTable([box]), []],
    ['photo-unreadable', aTable([box]), [{ ...photo, size: null, problem: 'it is a text' }]],
  ])('finds %s and nothing else', (code, table, photos) => {
    expect(codes(table, photos)).toEqual([code])
  })

  it('works a size out from the boxes where neither photo nor file tells it', () => {
    const context = aContext([box, [100, 50, 120, 90]], { imageSizes: null })
    const table = aTable([box, [100, 50, 120, 90]], { context })
    expect(codes(table, [])).toEqual(['context-partial', 'photo-missing', 'scene-size-guessed'])
    const draft = draftFeatures(table, { matches: matchPhotos(table.imgPaths, []), photos: new Map(), classes })
    expect(draft.scenes[0]).toMatchObject({ size: { widthPx: 200, heightPx: 100 }, sizeOrigin: 'boxes' })
  })

  it('draws boxes that are only known as shares in a nominal photo, which makes none "outside"', () => {
    const context = aContext([box], { imageSizes: null, boxesAbsolute: null })
    const table = aTable([box], { context })
    expect(codes(table, [])).toEqual(['context-partial', 'photo-missing', 'scene-size-guessed'])
    const draft = draftFeatures(table, { matches: matchPhotos(table.imgPaths, []), photos: new Map(), classes })
    expect(draft.scenes[0]?.students[0]?.box?.x1).toBeCloseTo(50)
  })

  it('has no size and no boxes without photo and context', () => {
    const table = aTable([box], { context: null })
    expect(codes(table, [])).toEqual(['context-missing', 'photo-missing', 'scene-size-unknown'])
    const draft = draftFeatures(table, { matches: matchPhotos(table.imgPaths, []), photos: new Map(), classes })
    expect(draft.scenes[0]?.students[0]).toMatchObject({ box: null, boxNormalised: null })
  })

  it('takes a box that is not a number for none', () => {
    const table = aTable([[NaN, 1, 2, 3]])
    const draft = draftFeatures(table, { matches: matchPhotos(table.imgPaths, []), photos: new Map(), classes })
    expect(draft.scenes[0]?.students[0]?.box).toBeNull()
  })

  it('imports students whose label is no class as unlabelled', () => {
    const table = aTable([box, box, box], { labels: Int32Array.of(4, 5, -1) })
    const draft = draftFeatures(table, { matches: matchPhotos(table.imgPaths, []), photos: new Map(), classes })
    expect(draft.labels).toBe(1)
    expect(draft.scenes[0]?.students.map(({ label }) => label)).toEqual([4, null, null])
  })

  it('takes two spellings of one path for one scene', () => {
    const table = aTable([box, box], { imgPaths: ['images/a.jpg', 'images\\a.jpg'] })
    const draft = draftFeatures(table, { matches: matchPhotos(table.imgPaths, []), photos: new Map(), classes })
    expect(draft.scenes).toHaveLength(1)
    expect(draft.scenes[0]?.students.map(({ sourcePath }) => sourcePath)).toEqual(['images/a.jpg', 'images\\a.jpg'])
  })
})
