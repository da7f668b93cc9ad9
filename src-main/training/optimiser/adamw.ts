import { add, divide, multiply, scalar, squareRoot, subtract } from '../tape/arithmetic.ts'
import type { Tape, TapeValue } from '../tape/tape.ts'

export interface AdamWOptions {
  readonly weightDecay: number
  readonly betas: readonly [number, number]
  readonly epsilon: number
}

/**
 * How moments are kept within one run of the graph. A step is bound by its passes over the parameters, so what is the same for all
 * parameters moves out of them. After k steps of a run the graph holds M = m / ρᵏ and V = κ v / ρ²ᵏ of PyTorch's moments m and v,
 * κ = (1 − β₁)² / (1 − β₂): then both take in one product u = (1 − β₁)/ρᵏ · clip · gradient, as M + u and β₂/ρ² V + u².
 */
export interface MomentScale {
  /** β₁, so that M needs no decay of its own; 1 where β₁ is so small that the powers of a run would leave float32. */
  readonly rho: number
  readonly kappa: number
}

/** ρ⁻²ᵏ stays below 10¹³ in runs of 64 steps. */
const smallestRho = 0.8

export const momentScale = ([beta1, beta2]: AdamWOptions['betas']): MomentScale => ({
  rho: beta1 < smallestRho ? 1 : beta1,
  kappa: (1 - beta1) ** 2 / (1 - beta2),
})

/** What the moments that a run of `steps` steps gives are multiplied with to be PyTorch's. */
export function finalScales(
  betas: AdamWOptions['betas'],
  steps: number,
): { readonly first: number; readonly second: number } {
  const { rho, kappa } = momentScale(betas)
  return { first: rho ** steps, second: rho ** (2 * steps) / kappa }
}

/** What AdamW needs at one step, as a row of an input: the graph stays the same while rate and bias corrections change. */
export interface AdamWSchedule<Value> {
  /** 1 − lr · weight decay. */
  readonly decay: Value
  /** lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · √κ. */
  readonly stepSize: Value
  /** epsilon · √(1 − β₂ᵗ) · √κ / ρᵏ. */
  readonly epsilon: Value
  /** (1 − β₁) / ρᵏ. */
  readonly share: Value
}

export const scheduleEntries = [
  'decay',
  'stepSize',
  'epsilon',
  'share',
] as const satisfies (keyof AdamWSchedule<never>)[]

/** The schedule of step t = `count`, which is step k = `stepOfRun` of its run; both are counted from 1. */
export function adamWSchedule(
  options: AdamWOptions,
  learningRate: number,
  count: number,
  stepOfRun: number,
): AdamWSchedule<number> {
  const [beta1, beta2] = options.betas
  const { rho, kappa } = momentScale(options.betas)
  const rootOfSecond = Math.sqrt((1 - beta2 ** count) * kappa)
  return {
    decay: 1 - learningRate * options.weightDecay,
    stepSize: (learningRate * rootOfSecond) / (1 - beta1 ** count),
    epsilon: (options.epsilon * rootOfSecond) / rho ** stepOfRun,
    share: (1 - beta1) / rho ** stepOfRun,
  }
}

export interface AdamWState {
  readonly parameter: TapeValue
  /** As `MomentScale` has them. */
  readonly firstMoment: TapeValue
  readonly secondMoment: TapeValue
}

/**
 * One step of AdamW with decoupled decay: PyTorch's p − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε), its fraction multiplied by √(1−β₂ᵗ)
 * above and below.
 *
 * @param clip what the gradient is multiplied with first
 */
export function adamWStep(
  tape: Tape,
  state: AdamWState,
  gradient: TapeValue,
  clip: TapeValue,
  betas: AdamWOptions['betas'],
  schedule: AdamWSchedule<TapeValue>,
): AdamWState {
  const { rho } = momentScale(betas)
  const times = (x: TapeValue, factor: number): TapeValue =>
    factor === 1 ? x : multiply(tape, x, scalar(tape, factor))
  const share = multiply(tape, gradient, multiply(tape, clip, schedule.share))
  const firstMoment = add(tape, times(state.firstMoment, betas[0] / rho), share)
  const secondMoment = add(tape, times(state.secondMoment, betas[1] / rho ** 2), multiply(tape, share, share))
  const scale = add(tape, squareRoot(tape, secondMoment), schedule.epsilon)
  const change = multiply(tape, divide(tape, firstMoment, scale), schedule.stepSize)
  const parameter = subtract(tape, multiply(tape, state.parameter, schedule.decay), change)
  return { parameter, firstMoment, secondMoment }
}
