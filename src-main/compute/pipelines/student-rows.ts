import { float32Tensor, int64Tensor } from '../sessions/tensor.ts'
import type { PlainTensor } from '../sessions/tensor.ts'
import type { FedInput, LoadedModel } from './loaded-model.ts'

/** What a model is told of some students, before it is laid out as its graph's inputs. */
export interface StudentRows {
  readonly count: number
  /** By modality, float32 [count, width]. */
  readonly vectors: ReadonlyMap<string, Float32Array>
  /** float32 [count, 4] cx, cy, w, h; null for a model that reads none. */
  readonly boxes: Float32Array | null
  /** Students with equal ids may be neighbours. [count] */
  readonly scenes: readonly number[]
}

/** The graph's inputs. */
export function feedsOf(model: LoadedModel, rows: StudentRows): Readonly<Record<string, PlainTensor>> {
  return Object.fromEntries(model.inputs.map((input) => [input.name, feed(input, rows)]))
}

function feed(input: FedInput, { count, vectors, boxes, scenes }: StudentRows): PlainTensor {
  if (input.feed.kind === 'boxes') return float32Tensor(boxes!, [count, 4])
  if (input.feed.kind === 'scene') {
    const dimensions = input.rank === 1 ? [count] : [count, 1]
    return input.type === 'int64'
      ? int64Tensor(BigInt64Array.from(scenes, BigInt), dimensions)
      : float32Tensor(Float32Array.from(scenes), dimensions)
  }
  const parts = input.feed.modalities.map((name) => vectors.get(name)!)
  return float32Tensor(sideBySide(parts, count), [count, input.width])
}

/** Row i of the result is row i of every part in turn. */
function sideBySide(parts: readonly Float32Array[], count: number): Float32Array {
  if (parts.length === 1) return parts[0]!
  const width = parts.reduce((sum, part) => sum + part.length / count, 0)
  const joined = new Float32Array(width * count)
  let column = 0
  for (const part of parts) {
    const columns = part.length / count
    for (let row = 0; row < count; row += 1) {
      joined.set(part.subarray(row * columns, (row + 1) * columns), row * width + column)
    }
    column += columns
  }
  return joined
}

/** The rows at these places, in that order. */
export function pickRows({ count, vectors, boxes, scenes }: StudentRows, places: readonly number[]): StudentRows {
  const pick = (values: Float32Array): Float32Array => {
    const width = values.length / count
    const picked = new Float32Array(places.length * width)
    places.forEach((place, row) => picked.set(values.subarray(place * width, (place + 1) * width), row * width))
    return picked
  }
  return {
    count: places.length,
    vectors: new Map([...vectors].map(([name, values]) => [name, pick(values)])),
    boxes: boxes && pick(boxes),
    scenes: places.map((place) => scenes[place]!),
  }
}

/** Several groups of students one after another, each a scene of its own. */
export function stackScenes(groups: readonly StudentRows[]): StudentRows {
  const [first] = groups
  const stack = (of: (rows: StudentRows) => Float32Array): Float32Array => {
    const parts = groups.map(of)
    const stacked = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      stacked.set(part, at)
      at += part.length
    }
    return stacked
  }
  return {
    count: groups.reduce((sum, { count }) => sum + count, 0),
    vectors: new Map(
      [...(first?.vectors.keys() ?? [])].map((name) => [name, stack((rows) => rows.vectors.get(name)!)]),
    ),
    boxes: first?.boxes ? stack((rows) => rows.boxes!) : null,
    scenes: groups.flatMap(({ count }, scene) => new Array<number>(count).fill(scene)),
  }
}

/** The same students, one modality of those at `places` (null: of all) replaced by `vector`. */
export function withVector(
  rows: StudentRows,
  modality: string,
  vector: Float32Array,
  places: readonly number[] | null = null,
): StudentRows {
  const replaced = rows.vectors.get(modality)!.slice()
  for (const place of places ?? Array.from({ length: rows.count }, (_, row) => row)) {
    replaced.set(vector, place * vector.length)
  }
  return { ...rows, vectors: new Map([...rows.vectors, [modality, replaced]]) }
}
