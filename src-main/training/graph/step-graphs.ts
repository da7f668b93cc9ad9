import type { GraphBuilder, ValueName } from '#main/onnx/graph-builder.ts'
import { gatherRows } from '#main/onnx/operators/shape.ts'
import type { Tape, TapeValue } from '../tape/tape.ts'

/** The graph of a run and the body of its loop, which makes one step. */
export interface StepGraphs {
  readonly outer: GraphBuilder
  readonly body: GraphBuilder
}

/** The body's input that counts its steps from 0. */
export const iteration = 'step/iteration'

/** This step's entry of an outer input [steps, …]. */
export const atStep = (body: GraphBuilder, name: ValueName): ValueName => gatherRows(body, name, iteration)

/** This step's entry of an outer input [steps], a scalar. */
export const scalarAtStep = (tape: Tape, name: ValueName): TapeValue => tape.value(atStep(tape.graph, name), [])
