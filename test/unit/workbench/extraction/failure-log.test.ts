import { describe, expect, test } from 'vitest'
import { setProperty } from '#main/store/tables/property.ts'
import { listFailures, logFailures } from '#main/workbench/extraction/failure-log.ts'
import { memoryStore } from '../../../support/store.ts'

const failure = (scene: string, code = 'photo.unreadable') => ({
  scene,
  error: { code, message: `${scene}: ${code}`, details: {} },
})
const outcome = (step: string, tried: readonly string[], failed: readonly string[]) => ({
  step,
  tried: new Set(tried),
  failed: failed.map((scene) => failure(scene)),
})
const entry = (scene: string, ...steps: readonly string[]) => ({
  steps,
  scene,
  code: 'photo.unreadable',
  message: `${scene}: photo.unreadable`,
})

describe('the log of photos that failed', () => {
  test('names a photo once for all steps that it failed, and apart for another reason', () => {
    const store = memoryStore()
    logFailures(store, [
      outcome('convnext', ['a', 'b'], ['a']),
      {
        step: 'grouprec',
        tried: new Set(['a', 'b']),
        failed: [failure('a'), failure('b', 'extraction.scene-changing')],
      },
    ])
    expect(listFailures(store)).toEqual([
      entry('a', 'convnext', 'grouprec'),
      { steps: ['grouprec'], scene: 'b', code: 'extraction.scene-changing', message: 'b: extraction.scene-changing' },
    ])
  })

  test('joins what fails later to what failed before, and forgets a step of a scene when it is tried again', () => {
    const store = memoryStore()
    logFailures(store, [outcome('convnext', ['a', 'b'], ['a', 'b'])])
    logFailures(store, [outcome('grouprec', ['a'], ['a'])])
    expect(listFailures(store)).toEqual([entry('a', 'convnext', 'grouprec'), entry('b', 'convnext')])
    logFailures(store, [outcome('convnext', ['a'], [])])
    expect(listFailures(store)).toEqual([entry('a', 'grouprec'), entry('b', 'convnext')])
    logFailures(store, [outcome('convnext', ['b'], ['b']), outcome('grouprec', ['a'], [])])
    expect(listFailures(store)).toEqual([entry('b', 'convnext')])
  })

  test('reads entries that were written for one step each, and renews them alike', () => {
    const store = memoryStore()
    const { steps, ...rest } = entry('a', 'convnext')
    setProperty(store, 'extractionFailures', JSON.stringify([{ step: steps[0], ...rest }]))
    expect(listFailures(store)).toEqual([entry('a', 'convnext')])
    logFailures(store, [outcome('detect', ['c'], ['c'])])
    expect(listFailures(store)).toEqual([entry('a', 'convnext'), entry('c', 'detect')])
    logFailures(store, [outcome('convnext', ['a'], [])])
    expect(listFailures(store)).toEqual([entry('c', 'detect')])
  })
})
