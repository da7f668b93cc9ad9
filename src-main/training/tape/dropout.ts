import { cast } from '#main/onnx/operators/shape.ts'
import { multiply, scalar } from './arithmetic.ts'
import { expand, reshape } from './shapes.ts'
import type { Tape, TapeValue } from './tape.ts'

/** One dropout layer of a head: for every step a mask of booleans [batch, columns], true where a value is kept. */
export interface DropoutMask {
  readonly name: string
  readonly columns: number
  /** Probability of being dropped. */
  readonly rate: number
}

/** Where the mask of a layer comes from: a boolean value [batch, columns]. */
export type MaskMaker = (mask: DropoutMask, batch: number) => TapeValue

/** x [n, d] times mask / (1 − rate); `groups` masks draw once for each run of d/groups neighbouring columns. */
export function drop(
  tape: Tape,
  x: TapeValue,
  layer: { readonly rate: number; readonly name: string; readonly groups: number | null },
  maskOf: MaskMaker,
): TapeValue {
  if (layer.rate === 0) return x
  const [rows, columns] = [x.shape[0]!, x.shape[1]!]
  const groups = layer.groups ?? columns
  const kept = maskOf({ name: layer.name, columns: groups, rate: layer.rate }, rows)
  const ones = tape.value(cast(tape.graph, kept.name, 'float32'), kept.shape)
  const scale = multiply(tape, ones, scalar(tape, layer.rate === 1 ? 0 : 1 / (1 - layer.rate)))
  if (groups === columns) return multiply(tape, x, scale)
  const wide = expand(tape, reshape(tape, scale, [rows, groups, 1]), [rows, groups, columns / groups])
  return multiply(tape, x, reshape(tape, wide, [rows, columns]))
}
