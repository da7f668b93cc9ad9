import { describe, expect, it } from 'vitest'
import { confusionMatrix, matrixOfCells } from '#shared/metrics/confusion-matrix.ts'
import { addScene, sceneCells } from '#shared/metrics/scene-cells.ts'
import { classCount, sceneOf, second, truth } from './comparison-fixture.ts'

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
