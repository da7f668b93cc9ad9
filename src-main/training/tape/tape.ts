import type { GraphBuilder, ValueName } from '#main/onnx/graph-builder.ts'
import { add } from '#main/onnx/operators/elementwise.ts'

/** A tensor of the graph being made, with its shape, which is known in full: one training graph serves one batch size. */
export interface TapeValue {
  readonly name: ValueName
  readonly shape: readonly number[]
  /** Whether it depends on a variable. */
  readonly needsGradient: boolean
}

/** From the gradient of the output, of its shape, to one gradient per input (null for none), each of its input's shape. */
export type Backward = (gradient: TapeValue) => readonly (TapeValue | null)[]

interface Step {
  readonly output: TapeValue
  readonly inputs: readonly TapeValue[]
  readonly backward: Backward
}

/**
 * Reverse-mode differentiation that emits ONNX: forward operators add their nodes to `graph` and leave a note how to go back;
 * `gradients` walks the notes from the end and adds the backward nodes, written in the same operators.
 */
export class Tape {
  readonly graph: GraphBuilder
  readonly #steps: Step[] = []
  #recording = true

  constructor(graph: GraphBuilder) {
    this.graph = graph
  }

  /** A value that is given: data, masks, targets. */
  value(name: ValueName, shape: readonly number[]): TapeValue {
    return { name, shape, needsGradient: false }
  }

  /** A value to differentiate by. */
  variable(name: ValueName, shape: readonly number[]): TapeValue {
    return { name, shape, needsGradient: true }
  }

  /** What an operator put out under `name`; `backward` is asked only where an input needs a gradient. */
  record(
    name: ValueName,
    shape: readonly number[],
    inputs: readonly TapeValue[],
    backward: Backward = withoutGradient,
  ): TapeValue {
    const needsGradient = this.#recording && backward !== withoutGradient && inputs.some((input) => input.needsGradient)
    const output = { name, shape, needsGradient }
    if (needsGradient) this.#steps.push({ output, inputs, backward })
    return output
  }

  /** Operators inside leave no note: for a forward whose gradient is written by hand as one rule. */
  withoutRecording<Result>(build: () => Result): Result {
    const outer = this.#recording
    this.#recording = false
    try {
      return build()
    } finally {
      this.#recording = outer
    }
  }

  /**
   * The gradient of a scalar by everything it depends on. A variable that it does not depend on has none, which is not the same
   * as a gradient of zeros: AdamW leaves it alone.
   */
  gradients(loss: TapeValue): ReadonlyMap<TapeValue, TapeValue> {
    if (loss.shape.length > 0)
      throw new TypeError(`only a scalar can be differentiated, not [${loss.shape.join(', ')}]`)
    const gradients = new Map<TapeValue, TapeValue>([[loss, this.value(this.graph.float32(1), [])]])
    return this.withoutRecording(() =>
      this.graph.scope('backward', () => {
        for (const step of this.#steps.toReversed()) {
          const gradient = gradients.get(step.output)
          if (gradient !== undefined) this.#passOn(step, gradient, gradients)
        }
        return gradients
      }),
    )
  }

  #passOn(step: Step, gradient: TapeValue, gradients: Map<TapeValue, TapeValue>): void {
    for (const [index, part] of step.backward(gradient).entries()) {
      const input = step.inputs[index]!
      if (part === null || !input.needsGradient) continue
      if (part.shape.join() !== input.shape.join()) {
        throw new TypeError(`${step.output.name} gives a gradient [${part.shape.join()}] to a [${input.shape.join()}]`)
      }
      const sum = gradients.get(input)
      gradients.set(input, sum === undefined ? part : this.value(add(this.graph, sum.name, part.name), input.shape))
    }
  }
}

const withoutGradient: Backward = () => []
