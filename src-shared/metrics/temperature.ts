import { toTheEnd, type Steps } from './steps.ts'

/** Logits row by row and the class of every student. [students, classes] and [students] */
export interface TemperatureInput {
  readonly logits: ArrayLike<number>
  readonly truth: ArrayLike<number>
  readonly classCount: number
}

export interface TemperatureFigures {
  readonly temperature: number
  /**
   * The fit ended where the search does: a model that is never wrong wants ever lower temperatures, one that is no
   * better than chance ever higher ones.
   */
  readonly atLimit: 'lowest' | 'highest' | null
  /** Mean negative log-likelihood of the labels in nats, at temperature 1 and at `temperature`. */
  readonly before: number
  readonly after: number
}

export const temperatureLimits = { lowest: 0.01, highest: 100 } as const

interface Slope {
  readonly likelihood: number
  /** First and second derivative of the mean negative log-likelihood by 1/T. */
  readonly first: number
  readonly second: number
}

/** Mean negative log-likelihood of the labels under softmax(logits · sharpness), and its derivatives. */
function slopeAt({ logits, truth, classCount }: TemperatureInput, sharpness: number): Slope {
  const students = truth.length
  let [likelihood, first, second] = [0, 0, 0]
  for (let student = 0; student < students; student++) {
    const start = student * classCount
    let largest = -Infinity
    for (let index = 0; index < classCount; index++) largest = Math.max(largest, logits[start + index] ?? 0)
    let [weights, mean, square] = [0, 0, 0]
    for (let index = 0; index < classCount; index++) {
      const below = (logits[start + index] ?? 0) - largest
      const weight = Math.exp(below * sharpness)
      weights += weight
      mean += weight * below
      square += weight * below * below
    }
    mean /= weights
    const label = (logits[start + (truth[student] ?? 0)] ?? 0) - largest
    likelihood += Math.log(weights) - label * sharpness
    first += mean - label
    second += square / weights - mean * mean
  }
  return { likelihood: likelihood / students, first: first / students, second: second / students }
}

/** Mean negative log-likelihood of the labels under softmax(logits / temperature), in nats; 0 over no students. */
export const negativeLogLikelihoodAt = (input: TemperatureInput, temperature: number): number =>
  input.truth.length === 0 ? 0 : slopeAt(input, 1 / temperature).likelihood

/**
 * The temperature T that makes softmax(logits / T) most likely to give the labels (Guo et al. 2017). The mean negative
 * log-likelihood is convex in 1/T, so Newton's steps, kept inside a bracket that only shrinks, find its one minimum
 * between `temperatureLimits`. Throws RangeError over no students, logits that are not finite, and labels that are not
 * class indices.
 */
export function fitTemperature(input: TemperatureInput): TemperatureFigures {
  return toTheEnd(fitTemperatureSteps(input))
}

/** `fitTemperature`, one pass over the students a step. */
export function* fitTemperatureSteps(input: TemperatureInput): Steps<TemperatureFigures> {
  assertSound(input)
  const start = slopeAt(input, 1)
  const { likelihood: before } = start
  if (start.first === 0) return { temperature: 1, atLimit: null, before, after: before }
  yield
  const towards = start.first < 0 ? 'lowest' : 'highest'
  const limit = 1 / temperatureLimits[towards]
  const end = slopeAt(input, limit)
  if (Math.sign(end.first) === Math.sign(start.first) || end.first === 0) {
    return { temperature: temperatureLimits[towards], atLimit: towards, before, after: end.likelihood }
  }
  let [low, high] = limit > 1 ? [1, limit] : [limit, 1]
  let [sharpness, here] = [1, start]
  for (let pass = 0; pass < 200; pass++) {
    yield
    if (here.first < 0) low = sharpness
    else high = sharpness
    const newton = sharpness - here.first / here.second
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high)
    const moved = Math.abs(next - sharpness)
    sharpness = next
    here = slopeAt(input, sharpness)
    if (here.first === 0 || moved <= 1e-13 * sharpness) break
  }
  return { temperature: 1 / sharpness, atLimit: null, before, after: here.likelihood }
}

function assertSound({ logits, truth, classCount }: TemperatureInput): void {
  if (truth.length === 0) throw new RangeError('a temperature needs at least one student')
  if (!(Number.isInteger(classCount) && classCount >= 1 && logits.length === truth.length * classCount)) {
    throw new RangeError(`${logits.length} logits are not ${classCount} for each of ${truth.length} students`)
  }
  for (let place = 0; place < logits.length; place++) {
    if (!Number.isFinite(logits[place])) throw new RangeError(`logits[${place}] is ${logits[place]}`)
  }
  for (let student = 0; student < truth.length; student++) {
    const label = truth[student] ?? Number.NaN
    if (!(Number.isInteger(label) && label >= 0 && label < classCount)) {
      throw new RangeError(`truth[${student}] is ${label}; class indices are 0 to ${classCount - 1}`)
    }
  }
}

/** The probability of every student's likeliest class under softmax(logits / temperature). [students] */
export function confidencesAt(logits: ArrayLike<number>, classCount: number, temperature: number): Float64Array {
  return Float64Array.from({ length: logits.length / classCount }, (_, student) => {
    const start = student * classCount
    let largest = -Infinity
    for (let index = 0; index < classCount; index++) largest = Math.max(largest, logits[start + index] ?? 0)
    let weights = 0
    for (let index = 0; index < classCount; index++) {
      weights += Math.exp(((logits[start + index] ?? 0) - largest) / temperature)
    }
    return 1 / weights
  })
}
