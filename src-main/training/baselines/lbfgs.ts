import type { Steps } from '#shared/metrics/steps.ts'

/** The value at `point`; its gradient is written into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => Steps<number>

export interface MinimiseOptions {
  /** Ends where no component of the gradient is larger. */
  readonly gradientTolerance: number
  readonly maxIterations: number
  /** Pairs of steps that curvature is told from. */
  readonly memory?: number
}

export interface Minimum {
  readonly point: Float64Array
  readonly value: number
  readonly iterations: number
  readonly converged: boolean
}

interface Trial {
  readonly step: number
  readonly value: number
  readonly slope: number
}

const sufficientDecrease = 1e-4
const curvature = 0.9
const mostTrials = 25

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[index]!
  return sum
}

const largest = (values: Float64Array): number => {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}

/**
 * Limited-memory BFGS with a line search for the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 7.4, 3.5 and 3.6). For
 * smooth convex functions; it stops early, not converged, where rounding leaves no way down.
 */
export function* minimise(objective: Objective, start: Float64Array, options: MinimiseOptions): Steps<Minimum> {
  const { gradientTolerance, maxIterations, memory = 10 } = options
  const point = start.slice()
  const gradient = new Float64Array(point.length)
  const steps: { readonly moved: Float64Array; readonly turned: Float64Array; readonly rho: number }[] = []
  let value = yield* objective(point, gradient)
  let iterations = 0
  while (iterations < maxIterations && largest(gradient) > gradientTolerance) {
    const direction = descent(gradient, steps)
    const first = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1
    const next = yield* lineSearch(objective, { point, gradient, value, direction }, first)
    if (next === null) {
      if (steps.length === 0) break
      // The curvature that was remembered points nowhere: start again from the gradient.
      steps.length = 0
      continue
    }
    const moved = next.point.map((to, index) => to - point[index]!)
    const turned = next.gradient.map((to, index) => to - gradient[index]!)
    const bend = dot(moved, turned)
    if (bend > 0) steps.push({ moved, turned, rho: 1 / bend })
    if (steps.length > memory) steps.shift()
    point.set(next.point)
    gradient.set(next.gradient)
    value = next.value
    iterations += 1
  }
  return { point, value, iterations, converged: largest(gradient) <= gradientTolerance }
}

/** The two-loop recursion: −H · gradient for the inverse Hessian that the remembered steps suggest. */
function descent(
  gradient: Float64Array,
  steps: readonly { readonly moved: Float64Array; readonly turned: Float64Array; readonly rho: number }[],
): Float64Array {
  const direction = gradient.map((value) => -value)
  const add = (vector: Float64Array, factor: number): void => {
    for (let index = 0; index < direction.length; index += 1) direction[index]! += factor * vector[index]!
  }
  const factors = new Float64Array(steps.length)
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const { moved, turned, rho } = steps[index]!
    factors[index] = rho * dot(moved, direction)
    add(turned, -factors[index]!)
  }
  const last = steps.at(-1)
  if (last) {
    const scale = 1 / (last.rho * dot(last.turned, last.turned))
    for (let index = 0; index < direction.length; index += 1) direction[index]! *= scale
  }
  for (const [index, { moved, turned, rho }] of steps.entries()) {
    add(moved, factors[index]! - rho * dot(turned, direction))
  }
  return direction
}

interface Place {
  readonly point: Float64Array
  readonly gradient: Float64Array
  readonly value: number
  readonly direction: Float64Array
}

/** A step that meets the strong Wolfe conditions, or the best that decreases enough; null where none does. */
function* lineSearch(
  objective: Objective,
  from: Place,
  firstStep: number,
): Steps<{ readonly point: Float64Array; readonly gradient: Float64Array; readonly value: number } | null> {
  const slope = dot(from.gradient, from.direction)
  if (slope >= 0) return null
  const point = new Float64Array(from.point.length)
  const gradient = new Float64Array(from.point.length)
  const atZero: Trial = { step: 0, value: from.value, slope }
  let low = atZero
  let high: Trial | null = null
  let step = firstStep
  for (let trial = 0; trial < mostTrials; trial += 1) {
    for (let index = 0; index < point.length; index += 1) {
      point[index] = from.point[index]! + step * from.direction[index]!
    }
    const value = yield* objective(point, gradient)
    const here: Trial = { step, value, slope: dot(gradient, from.direction) }
    const decreases = value <= from.value + sufficientDecrease * step * slope
    if (decreases && Math.abs(here.slope) <= -curvature * slope) return { point, gradient, value }
    if (!decreases || value >= low.value || Number.isNaN(value)) high = here
    else {
      if (here.slope * ((high?.step ?? Infinity) - low.step) >= 0) high = low
      low = here
    }
    step = high === null ? 2 * step : between(low, high)
    if (high !== null && Math.abs(high.step - low.step) <= 1e-14 * Math.max(1, high.step)) break
  }
  if (low.step === 0) return null
  for (let index = 0; index < point.length; index += 1) {
    point[index] = from.point[index]! + low.step * from.direction[index]!
  }
  const value = yield* objective(point, gradient)
  return { point, gradient, value }
}

/** The minimum of the cubic through both trials, kept away from the ends of the interval. */
function between(low: Trial, high: Trial): number {
  const middle = (low.step + high.step) / 2
  const d1 = low.slope + high.slope - (3 * (low.value - high.value)) / (low.step - high.step)
  const square = d1 * d1 - low.slope * high.slope
  if (!(square >= 0)) return middle
  const d2 = Math.sign(high.step - low.step) * Math.sqrt(square)
  const cubic = high.step - ((high.step - low.step) * (high.slope + d2 - d1)) / (high.slope - low.slope + 2 * d2)
  const margin = 0.1 * Math.abs(high.step - low.step)
  const [least, most] = [Math.min(low.step, high.step) + margin, Math.max(low.step, high.step) - margin]
  return Number.isFinite(cubic) ? Math.min(most, Math.max(least, cubic)) : middle
}
