import { bytesOf } from '../graph-builder.ts'
import type { ValueName } from '../graph-builder.ts'
import { add, multiply } from '../operators/elementwise.ts'
import { cast } from '../operators/shape.ts'
import { tensorOf, weightOf } from './layer-context.ts'
import type { LayerContext } from './layer-context.ts'
import type { LinearNames } from './linear.ts'

/**
 * Largest weight as a whole number. Processors without VNNI add two products of an 8-bit activation and a weight in 16 bits
 * (vpmaddubsw), which more than 64 · 255 · 2 would overflow unnoticed: weights use 7 of their 8 bits.
 */
const largestWeight = 63

/**
 * PyTorch's Linear with weights of 8 bits, one scale for each output, and activations that are rounded to 8 bits as they come:
 * x [n, in] → [n, out]. ONNX Runtime joins these operators into one.
 */
export function quantisedLinear(context: LayerContext, names: LinearNames, x: ValueName): ValueName {
  const { graph } = context
  const tensor = tensorOf(context, names.weight)
  const [outputs, inputs] = tensor.shape as readonly [number, number]
  const { weights, scales } = quantise(tensor.toFloat32(), outputs, inputs)
  const whole = graph.initializer(`${names.weight}/int8`, 'int8', [inputs, outputs], bytesOf(weights))
  const weightScale = graph.initializer(`${names.weight}/scale`, 'float32', [outputs], bytesOf(scales))
  const [rounded, scale, zero] = graph.nodes('DynamicQuantizeLinear', [x], {}, 3) as [ValueName, ValueName, ValueName]
  const products = cast(graph, graph.node('MatMulInteger', [rounded, whole, zero]), 'float32')
  const values = multiply(graph, products, multiply(graph, scale, weightScale))
  return add(graph, values, weightOf(context, names.bias))
}

/** A weight [out, in] as whole numbers [in, out] and the scale of each output. */
function quantise(
  values: Float32Array,
  outputs: number,
  inputs: number,
): { readonly weights: Int8Array; readonly scales: Float32Array } {
  const weights = new Int8Array(values.length)
  const scales = new Float32Array(outputs)
  for (let output = 0; output < outputs; output += 1) {
    const row = values.subarray(output * inputs, (output + 1) * inputs)
    let largest = 0
    for (const value of row) largest = Math.max(largest, Math.abs(value))
    const scale = largest === 0 ? 1 : largest / largestWeight
    scales[output] = scale
    for (let input = 0; input < inputs; input += 1) weights[input * outputs + output] = Math.round(row[input]! / scale)
  }
  return { weights, scales }
}
