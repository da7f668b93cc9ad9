import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readNpz } from '#main/codecs/npy/read-npz.ts'
import type { Box } from '#shared/geometry/box.ts'
import { rafnetFolder } from './rafnet.ts'

export interface InputChecks {
  readonly channel_means: readonly number[]
  readonly pixel_10_20: readonly number[]
  readonly pixel_200_150: readonly number[]
}

/** One case of `groupnet_small.json`. */
export interface RelationCase {
  /** A file of uniform numbers, or null for no noise. */
  readonly noise: string | null
  readonly boxes: readonly Box[]
  readonly centers: readonly (readonly number[])[]
  readonly scales: readonly number[]
  readonly box_numbers: readonly (readonly number[])[]
  readonly backbone: readonly (readonly number[])[]
  readonly projected: readonly (readonly number[])[]
  readonly relation: readonly (readonly number[])[]
  readonly input_checks: readonly InputChecks[]
}

type StoredCase = Omit<RelationCase, 'boxes'> & { readonly boxes_xyxy: readonly [number, number, number, number][] }

const inRafnet = (...path: readonly string[]): string => join(rafnetFolder ?? '', ...path)

export const relationScene = inRafnet('images', '166.jpg')
export const relationCheckpoint = inRafnet('grouprec', 'groupnet_small.pth')

export function relationCases(): RelationCase[] {
  if (rafnetFolder === null) return []
  const text = readFileSync(inRafnet('grouprec', 'groupnet_small.json'), 'utf8')
  const { cases } = JSON.parse(text) as { readonly cases: readonly StoredCase[] }
  return cases.map(({ boxes_xyxy, ...facts }) => ({
    ...facts,
    boxes: boxes_xyxy.map(([x1, y1, x2, y2]) => ({ x1, y1, x2, y2 })),
  }))
}

/** The uniform numbers of a noise file by block: `pairwise`, `hyper3`, `hyper5`. */
export function relationUniforms(name: string): ReadonlyMap<string, Float32Array> {
  const arrays = readNpz(readFileSync(inRafnet('grouprec', name)), { file: name })
  return new Map([...arrays].map(([block, array]) => [block, Float32Array.from(array.toFloat64())]))
}
