import type { WeightTensors } from '#main/onnx/weight.ts'

/** How many numbers a network uses, and what they are stored as. */
export function countedNumbers(
  used: readonly string[],
  tensors: WeightTensors,
): { readonly parameters: number; readonly dtype: string } {
  const held = used.map((name) => tensors.get(name)!)
  return {
    parameters: held.reduce((sum, { shape }) => sum + shape.reduce((all, one) => all * one, 1), 0),
    dtype: [...new Set(held.map(({ dtype }) => dtype))].join(', '),
  }
}
