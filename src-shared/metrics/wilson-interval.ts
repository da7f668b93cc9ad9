import { normalQuantile } from './normal-distribution.ts'

/** Lower and upper bound, in percent. */
export type Interval = readonly [number, number]

const z95 = normalQuantile(0.975)

/**
 * Wilson's score interval of `correct` out of `total`, in percent; [0, 100] where nothing was seen. Formula: Wilson
 * (1927), (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Throws RangeError on counts that cannot be.
 */
export function wilsonInterval(correct: number, total: number, confidence = 0.95): Interval {
  if (!(Number.isInteger(correct) && Number.isInteger(total) && correct >= 0 && correct <= total)) {
    throw new RangeError(`${correct} correct of ${total} is no count`)
  }
  const z = confidence === 0.95 ? z95 : normalQuantile((1 + confidence) / 2)
  if (total === 0) return [0, 100]
  const centre = correct + (z * z) / 2
  const reach = z * Math.sqrt((correct * (total - correct)) / total + (z * z) / 4)
  const whole = total + z * z
  return [
    correct === 0 ? 0 : (100 * (centre - reach)) / whole,
    correct === total ? 100 : (100 * (centre + reach)) / whole,
  ]
}
