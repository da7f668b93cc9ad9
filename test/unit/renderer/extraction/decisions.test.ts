import { describe, expect, test } from 'vitest'
import type { Job } from '#shared/contract/jobs.ts'
import { chainSteps, type ChainInput } from '../../../../src-renderer/components/extraction/chain-steps.ts'
import { paceOf } from '../../../../src-renderer/components/extraction/pace.ts'
import { staleModalities } from '../../../../src-renderer/components/extraction/stale-modalities.ts'
import { modelInfo } from '../../../support/fake-workbench.ts'
import { convnext, groupRec, nanodet, nanodetMaps, unfetched, wantedOf } from '../../../support/weights.ts'

const job = (done: number, total: number | null): Job => ({
  id: 1,
  kind: 'detect',
  subject: 'NanoDet',
  state: 'running',
  done,
  total,
  startedAt: '2026-01-01T08:00:00.000Z',
  endedAt: null,
  cancellable: true,
  error: null,
})
const after = (seconds: number) => Date.parse('2026-01-01T08:00:00.000Z') + 1000 * seconds

describe('the pace of a job', () => {
  test.each([
    ['nothing done yet', job(0, 10), 30, { perSecond: null, leftMs: null }],
    ['a moment ago', job(3, 10), 0.2, { perSecond: null, leftMs: null }],
    ['a clock that was set back', job(3, 10), -5, { perSecond: null, leftMs: null }],
    ['half way', job(5, 10), 10, { perSecond: 0.5, leftMs: 10_000 }],
    ['an unknown total', job(5, null), 10, { perSecond: 0.5, leftMs: null }],
    ['the end', job(10, 10), 20, { perSecond: 0.5, leftMs: 0 }],
    ['more than was announced', job(12, 10), 24, { perSecond: 0.5, leftMs: 0 }],
  ])('%s', (_name, running, seconds, pace) => {
    expect(paceOf(running, after(seconds))).toEqual(pace)
  })

  test('of a job of several steps is that of the step', () => {
    const second = { ...job(5, 10), phase: 'relation' as const, phaseStartedAt: '2026-01-01T08:01:00.000Z' }
    expect(paceOf(second, after(70))).toEqual({ perSecond: 0.5, leftMs: 10_000 })
  })
})

describe('vectors that a box lost', () => {
  const known = [
    { name: 'convnext', students: 40 },
    { name: 'grouprec', students: 39 },
    { name: 'resnet', students: 0 },
  ]
  test('are those that others have', () => {
    expect(staleModalities({ modalities: ['convnext'] }, known)).toEqual(['grouprec'])
    expect(staleModalities({ modalities: [] }, known)).toEqual(['convnext', 'grouprec'])
  })
  test('none where all are there, or where nobody has any', () => {
    expect(staleModalities({ modalities: ['grouprec', 'convnext'] }, known)).toEqual([])
    expect(staleModalities({ modalities: [] }, [])).toEqual([])
  })
})

const modality = (name: string, students: number) => ({ name, width: 1024, students })
const head = (...names: readonly string[]) => ({
  ...modelInfo,
  modalities: [
    ...names.map((name) => ({ name, width: 1024, role: 'feature' as const })),
    { name: 'bbox_ctx', width: 8, role: 'box' as const },
  ],
})
const input = (change: Partial<ChainInput> = {}): ChainInput => ({
  summary: { scenes: 2, students: 0, modalities: [] },
  weights: [nanodet, nanodetMaps, convnext, groupRec],
  wanted: wantedOf({ appearance: convnext.id, relation: groupRec.id }),
  detector: nanodet,
  appearance: null,
  relation: null,
  head: head('grouprec', 'convnext'),
  writesPickle: false,
  ...change,
})
const states = (given: ChainInput) => Object.fromEntries(chainSteps(given).map((step) => [step.key, step.state]))

describe('the way from photos to predictions', () => {
  test('with every file there runs all of it', () => {
    expect(states(input())).toEqual({
      photos: 'done',
      boxes: 'will-run',
      appearance: 'will-run',
      relation: 'will-run',
      predictions: 'will-run',
      pickle: 'left-out',
    })
  })

  test('does nothing twice: a vector of every student is done, of all but one is not', () => {
    const summary = { scenes: 2, students: 40, modalities: [modality('convnext', 40), modality('grouprec', 39)] }
    expect(states(input({ summary }))).toMatchObject({ boxes: 'done', appearance: 'done', relation: 'will-run' })
  })

  test('vectors of nobody are not done', () => {
    const summary = { scenes: 2, students: 0, modalities: [modality('convnext', 0)] }
    expect(states(input({ summary }))).toMatchObject({ appearance: 'will-run' })
  })

  test('names the file that is missing, and none that is not needed', () => {
    const without = input({ weights: [nanodet, convnext], wanted: wantedOf({ appearance: convnext.id }) })
    const relation = chainSteps(without).find((step) => step.key === 'relation')
    expect(relation).toMatchObject({ state: 'missing', weights: null, wanted: { role: 'relation' } })
    expect(states({ ...without, head: head('convnext') })).not.toHaveProperty('relation')
  })

  test('weights of another width than the head takes do not fit', () => {
    const narrow = { ...convnext, width: 128 }
    const steps = chainSteps(input({ weights: [nanodet, narrow, groupRec], appearance: narrow.id }))
    expect(steps.find((step) => step.key === 'appearance')).toMatchObject({ state: 'missing', weights: narrow })
    expect(states(input({ weights: [nanodet, narrow, groupRec], head: null }))).toMatchObject({
      appearance: 'will-run',
    })
  })

  test('a head of other widths is served by weights of its widths, and vectors that were begun by those that began them', () => {
    const narrow = { ...convnext, id: 'narrow', sha256: 'aa', width: 128 }
    const twin = { ...narrow, id: 'twin', sha256: 'bb' }
    const narrowHead = { ...modelInfo, modalities: [{ name: 'convnext', width: 128, role: 'feature' as const }] }
    const weights = [nanodet, convnext, narrow, twin]
    const appearance = (change: Partial<ChainInput>) => chainSteps(input({ weights, head: narrowHead, ...change }))[2]
    expect(appearance({})).toMatchObject({ state: 'will-run', weights: narrow })
    const madeWith = { weightsFile: 'b.pth', weightsSha256: 'bb', precision: 'float32' as const, noise: null }
    const begun = { name: 'convnext', width: 128, students: 3, madeWith }
    const summary = { scenes: 2, students: 40, modalities: [begun] }
    expect(appearance({ summary })).toMatchObject({ state: 'will-run', weights: twin })
    expect(appearance({ summary, appearance: 'narrow' })).toMatchObject({ weights: narrow })
    expect(appearance({ summary, head: head('convnext') })).toMatchObject({ weights: convnext })
  })

  test("a file of RAFNet's is wanted for RAFNet's own vectors alone", () => {
    const vit = { ...modelInfo, modalities: [{ name: 'vit', width: 768, role: 'feature' as const }] }
    const [, , appearance] = chainSteps(input({ head: vit }))
    expect(appearance).toMatchObject({ state: 'missing', modality: 'vit', width: 768, weights: null, wanted: null })
  })

  test('without a head, features alone, under the names of what makes them', () => {
    const resnet = { ...convnext, id: 'r', modality: 'resnet' }
    const steps = chainSteps(
      input({ head: null, weights: [nanodet, resnet, groupRec], appearance: 'r', writesPickle: true }),
    )
    expect(steps.map((step) => [step.key, step.state, step.modality])).toEqual([
      ['photos', 'done', null],
      ['boxes', 'will-run', null],
      ['appearance', 'will-run', 'resnet'],
      ['relation', 'will-run', 'grouprec'],
      ['predictions', 'left-out', null],
      ['pickle', 'will-run', null],
    ])
  })

  test("a head on Lectern's own vectors is served by them", () => {
    const own = { ...head('nanodet'), modalities: [{ name: 'nanodet', width: 768, role: 'feature' as const }] }
    const [, , appearance] = chainSteps(input({ head: own }))
    expect(appearance).toMatchObject({ state: 'will-run', weights: nanodetMaps })
  })

  test.each([
    ['no photos', { summary: { scenes: 0, students: 0, modalities: [] } }, 'photos'],
    ['a detector that was not fetched', { detector: unfetched }, 'boxes'],
    ['no detector at all', { detector: null }, 'boxes'],
    ['weights whose file is gone', { weights: [{ ...groupRec, problem: unfetched.problem }, convnext] }, 'relation'],
  ] as const)('%s stops it', (_name, change, key) => {
    expect(states(input(change))[key]).toBe('missing')
  })
})
