import type { Random } from '../random.ts'
import type { Matrix, Tape, Value } from './tape.ts'
import { matrix } from './tape.ts'

/** The rows of one forward: vectors by modality, box centres (cx, cy, normalised) and the photo of each row. */
export interface Rows {
  readonly features: Readonly<Record<string, Matrix>>
  readonly centres: Matrix
  readonly photos: readonly number[]
}

/** What a head is made of; `graphK` 0 is the plain multimodal classifier without gate and graph. */
export interface HeadShape {
  readonly modalities: readonly string[]
  readonly inputWidth: number
  readonly hidden: number
  readonly gateHidden: number
  readonly classes: number
  readonly graphK: number
  readonly graphAlpha: number
  readonly dropout: number
  /** Dropout inside gate and graph update. */
  readonly gateDropout: number
}

/** Parameters by RAFNet's names, vectors as [1, n]. BatchNorm's running statistics lie among them. */
export type Parameters = ReadonlyMap<string, Matrix>

/** The name that each family gives its last layers. */
export const classifierName = (shape: HeadShape): string => (shape.graphK > 0 ? 'classifier' : 'fusion')

/** New parameters in the order of PyTorch's state dict: Linear U(±1/√fan-in), norms 1 and 0. */
export function createParameters(shape: HeadShape, random: Random): Map<string, Matrix> {
  const parameters = new Map<string, Matrix>()
  const fill = (name: string, rows: number, columns: number, element: () => number): void => {
    parameters.set(name, matrix(rows, columns, Float64Array.from({ length: rows * columns }, element)))
  }
  const linear = (name: string, from: number, to: number): void => {
    const bound = 1 / Math.sqrt(from)
    fill(`${name}.weight`, to, from, () => random.between(-bound, bound))
    fill(`${name}.bias`, 1, to, () => random.between(-bound, bound))
  }
  const norm = (name: string, width: number): void => {
    fill(`${name}.weight`, 1, width, () => 1)
    fill(`${name}.bias`, 1, width, () => 0)
  }
  const { modalities, inputWidth, hidden, gateHidden, classes } = shape
  const fused = hidden * modalities.length
  for (const modality of modalities) norm(`norms.${modality}`, inputWidth)
  for (const modality of modalities) linear(`projections.${modality}`, inputWidth, hidden)
  if (shape.graphK > 0) {
    linear('gate_fc1', fused, gateHidden)
    linear('gate_fc2', gateHidden, modalities.length)
    linear('graph_update.0', fused, fused)
    linear('graph_update.3', fused, fused)
  }
  const last = classifierName(shape)
  linear(`${last}.0`, fused, hidden)
  norm(`${last}.1`, hidden)
  fill(`${last}.1.running_mean`, 1, hidden, () => 0)
  fill(`${last}.1.running_var`, 1, hidden, () => 1)
  linear(`${last}.4`, hidden, classes)
  return parameters
}

/** What a forward leaves behind: logits [n, classes], gates where there are any, and what BatchNorm saw. */
export interface Forward {
  readonly logits: Value
  readonly gates: Value | null
  readonly beforeNorm: Value
}

/**
 * A head's forward pass (RAFNet's README §4). `random` null is evaluation: no dropout, BatchNorm by its running
 * statistics. Every row takes its neighbours from its own photo; a row alone takes none.
 */
export function forwardHead(
  tape: Tape,
  shape: HeadShape,
  parameters: ReadonlyMap<string, Value>,
  rows: Rows,
  random: Random | null,
): Forward {
  const at = (name: string): Value => parameters.get(name)!
  const linear = (x: Value, name: string): Value => tape.linear(x, at(`${name}.weight`), at(`${name}.bias`))
  const drop = (x: Value, share: number): Value => {
    if (!random || share === 0) return x
    const mask = Float64Array.from(x.data, () => (random.next() < share ? 0 : 1 / (1 - share)))
    return tape.scaleBy(x, mask)
  }
  const projected = shape.modalities.map((modality) => {
    const input = tape.value(rows.features[modality]!)
    const normed = tape.normalise(input, at(`norms.${modality}.weight`), at(`norms.${modality}.bias`), 'rows')
    return linear(normed, `projections.${modality}`)
  })
  let fused = tape.concat(projected)
  let gates: Value | null = null
  if (shape.graphK > 0) {
    const scores = linear(drop(tape.relu(linear(fused, 'gate_fc1')), shape.gateDropout), 'gate_fc2')
    const shares = tape.softmax(scores)
    gates = shares
    fused = tape.concat(projected.map((value, index) => tape.gate(value, shares, index)))
    if (rows.photos.length > 1) {
      const mean = tape.mixRows(fused, neighbourWeights(rows, shape.graphK))
      const update = linear(drop(tape.relu(linear(mean, 'graph_update.0')), shape.gateDropout), 'graph_update.3')
      fused = tape.addScaled(fused, update, shape.graphAlpha)
    }
  }
  const last = classifierName(shape)
  const beforeNorm = linear(fused, `${last}.0`)
  const normed = random
    ? tape.normalise(beforeNorm, at(`${last}.1.weight`), at(`${last}.1.bias`), 'columns')
    : runningNorm(tape, beforeNorm, parameters, `${last}.1`)
  return { logits: linear(drop(tape.relu(normed), shape.dropout), `${last}.4`), gates, beforeNorm }
}

function runningNorm(tape: Tape, x: Value, parameters: ReadonlyMap<string, Value>, name: string): Value {
  const part = (suffix: string): Float64Array => parameters.get(`${name}.${suffix}`)!.data
  const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(part)
  const scale = (column: number): number => weight![column]! / Math.sqrt(variance![column]! + 1e-5)
  return tape.map(
    x,
    (element, index) => {
      const column = index % x.columns
      return (element - mean![column]!) * scale(column) + bias![column]!
    },
    (_, index) => scale(index % x.columns),
  )
}

/** For each row its k nearest of the same photo, weighted by softmax of minus the distance of the box centres. */
function neighbourWeights({ centres, photos }: Rows, k: number): readonly (readonly (readonly [number, number])[])[] {
  const distance = (a: number, b: number): number =>
    Math.hypot(centres.data[2 * a]! - centres.data[2 * b]!, centres.data[2 * a + 1]! - centres.data[2 * b + 1]!)
  return photos.map((photo, row) => {
    const near = photos
      .map((other, index) => [index, other === photo && index !== row ? distance(row, index) : Infinity] as const)
      .filter(([, far]) => far < Infinity)
      .toSorted((a, b) => a[1] - b[1] || a[0] - b[0])
      .slice(0, k)
    const exponentials = near.map(([, far]) => Math.exp(-far))
    const sum = exponentials.reduce((total, one) => total + one, 0)
    return near.map(([index], order) => [index, exponentials[order]! / sum] as const)
  })
}
