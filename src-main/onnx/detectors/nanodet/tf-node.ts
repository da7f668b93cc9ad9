import type { TfAttribute, TfNode } from '#main/codecs/tfjs/graph-model.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { LazyConstant, LazyTensor, LazyValue } from './lazy-value.ts'

/** A graph with an operator, or a use of one, that the converter does not know. */
export function unsupported(node: Pick<TfNode, 'name' | 'operator'>, why: string): AppError {
  return new AppError(
    'detector.graph-unsupported',
    `The TensorFlow.js graph cannot be converted: ${why} (${node.operator} "${node.name}"). Use the NanoDet files that Lectern's set-up fetches, or a detector as ONNX file.`,
    { node: node.name, operator: node.operator },
  )
}

/** One node under conversion: its inputs and attributes, checked as they are asked for. */
export interface NodeView {
  readonly node: TfNode
  readonly inputs: readonly LazyValue[]
}

export function tensorInput({ node, inputs }: NodeView, place: number): LazyTensor {
  const input = inputs[place]
  if (input?.kind === 'tensor') return input
  throw unsupported(node, `its input ${place} is ${input ? 'a constant' : 'not there'}`)
}

export function constantInput({ node, inputs }: NodeView, place: number): LazyConstant['tensor'] {
  const input = inputs[place]
  if (input?.kind === 'constant') return input.tensor
  throw unsupported(node, `its input ${place} is ${input ? 'no constant' : 'not there'}`)
}

interface AttributeValues {
  readonly integer: number
  readonly float: number
  readonly boolean: boolean
  readonly text: string
  readonly integers: readonly number[]
}

export function attribute<Kind extends keyof AttributeValues>(
  node: TfNode,
  name: string,
  kind: Kind,
): AttributeValues[Kind] | null {
  const found = node.attributes.get(name)
  if (found === undefined) return null
  if (found.kind === kind) return found.value as AttributeValues[Kind]
  throw unsupported(node, `its attribute "${name}" is no ${kind}`)
}

/** An attribute that must have one of some values where it is given at all. */
export function mustBe(node: TfNode, name: string, kind: TfAttribute['kind'], ...allowed: readonly unknown[]): void {
  const value = attribute(node, name, kind)
  const text = JSON.stringify(value)
  if (value !== null && !allowed.some((one) => JSON.stringify(one) === text)) {
    throw unsupported(node, `"${name}" is ${text}`)
  }
}
