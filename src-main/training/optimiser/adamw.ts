import { add, divide, multiply, scalar, squareRoot, subtract } from '../tape/arithmetic.ts'
import type { Tape, TapeValue } from '../tape/tape.ts'

export interface AdamWOptions {
  readonly weightDecay: number
  readonly betas: readonly [number, number]
  readonly epsilon: number
}

/** What AdamW needs at one step, as a row of an input: the graph stays the same while rate and bias corrections change. */
export interface AdamWSchedule<Value> {
  /** 1 − lr · weight decay. */
  readonly decay: Value
  /** lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly stepSize: Value
  /** epsilon · √(1 − β₂ᵗ). */
  readonly epsilon: Value
}

/** The schedule of step `count`, counted from 1. */
export function adamWSchedule(options: AdamWOptions, learningRate: number, count: number): AdamWSchedule<number> {
  const [beta1, beta2] = options.betas
  const rootOfSecond = Math.sqrt(1 - beta2 ** count)
  return {
    decay: 1 - learningRate * options.weightDecay,
    stepSize: (learningRate * rootOfSecond) / (1 - beta1 ** count),
    epsilon: options.epsilon * rootOfSecond,
  }
}

export interface AdamWState {
  readonly parameter: TapeValue
  readonly firstMoment: TapeValue
  readonly secondMoment: TapeValue
}

/**
 * One step of AdamW with decoupled decay. PyTorch's p − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε), numerator and denominator both times
 * √(1−β₂ᵗ), which saves one pass over the parameters. The gradient's clip factor goes into the moments' own factors.
 *
 * @param firstFactor (1 − β₁) · clip
 * @param secondFactor (1 − β₂) · clip²
 */
export function adamWStep(
  tape: Tape,
  state: AdamWState,
  gradient: TapeValue,
  betas: AdamWOptions['betas'],
  factors: { readonly first: TapeValue; readonly second: TapeValue },
  schedule: AdamWSchedule<TapeValue>,
): AdamWState {
  const [beta1, beta2] = betas
  const firstMoment = add(
    tape,
    multiply(tape, state.firstMoment, scalar(tape, beta1)),
    multiply(tape, gradient, factors.first),
  )
  const squares = multiply(tape, multiply(tape, gradient, gradient), factors.second)
  const secondMoment = add(tape, multiply(tape, state.secondMoment, scalar(tape, beta2)), squares)
  const scale = add(tape, squareRoot(tape, secondMoment), schedule.epsilon)
  const change = multiply(tape, divide(tape, firstMoment, scale), schedule.stepSize)
  return {
    parameter: subtract(tape, multiply(tape, state.parameter, schedule.decay), change),
    firstMoment,
    secondMoment,
  }
}
