import { describe, expect, it } from 'vitest'
import { confusionMatrix, matrixOfCells } from '#shared/metrics/confusion-matrix.ts'
import { addScene, sceneCells, sceneDifferences } from '#shared/metrics/scene-cells.ts'
import { classCount, first, sceneOf, second, truth } from './comparison-fixture.ts'

describe('sceneCells', () => {
  it('holds the confusion of every scene, in order of first appearance', () => {
    const shuffled = truth.map((_, student) => (student * 7) % truth.length)
    const pick = (values: readonly number[]) => shuffled.map((student) => values[student] ?? -1)
    const scenes = sceneCells(pick(truth), pick(second), pick(sceneOf), classCount)
    const order = [...new Set(pick(sceneOf))]
    expect(scenes.sceneCount).toBe(6)
    order.forEach((scene, number) => {
      const totals = new Float64Array(classCount * classCount)
      addScene(totals, scenes, number, 1)
      const inScene = (values: readonly number[]) => values.filter((_, student) => sceneOf[student] === scene)
      expect(matrixOfCells(totals, classCount)).toEqual(confusionMatrix(inScene(truth), inScene(second), classCount))
    })
  })

  it('takes a scene away again', () => {
    const scenes = sceneCells(truth, second, sceneOf, classCount)
    const totals = new Float64Array(classCount * classCount)
    addScene(totals, scenes, 3, 2)
    expect(totals.some((count) => count > 0)).toBe(true)
    addScene(totals, scenes, 3, -2)
    expect(totals.every((count) => count === 0)).toBe(true)
  })

  it('has no scenes without students', () => {
    expect(sceneCells([], [], [], 2)).toMatchObject({ sceneCount: 0, cells: new Int32Array(0) })
  })
})

describe('sceneDifferences', () => {
  const ofFirst = sceneCells(truth, first, sceneOf, classCount)
  const ofSecond = sceneCells(truth, second, sceneOf, classCount)
  const cellCount = classCount * classCount

  it('is what makes the second of the first, scene by scene', () => {
    const apart = sceneDifferences(ofFirst, ofSecond, cellCount)
    expect(apart.sceneCount).toBe(6)
    for (let scene = 0; scene < 6; scene++) {
      const [totals, expected] = [new Float64Array(cellCount), new Float64Array(cellCount)]
      addScene(totals, ofFirst, scene, 1)
      addScene(totals, apart, scene, -1)
      addScene(expected, ofSecond, scene, 1)
      expect(totals).toEqual(expected)
    }
    expect(apart.counts.every((count) => count !== 0)).toBe(true)
  })

  it('of equal models is empty', () => {
    expect(sceneDifferences(ofFirst, ofFirst, cellCount).cells).toHaveLength(0)
  })
})
