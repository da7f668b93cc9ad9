const rootTwoPi = Math.sqrt(2 * Math.PI)

/**
 * erf(x) by its Maclaurin series in the form e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)) (DLMF 7.6.2), all terms of one
 * sign.
 */
function erfSeries(x: number): number {
  let term = x
  let total = x
  for (let n = 1; Math.abs(term) > Math.abs(total) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}

/**
 * erfc(x), x > 0, by its continued fraction x + (1/2)/(x + 1/(x + (3/2)/(x + …))) (DLMF 7.9.1), evaluated from the far
 * end.
 */
function erfcFraction(x: number): number {
  let denominator = x
  for (let n = 120; n >= 1; n--) denominator = x + n / 2 / denominator
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / denominator
}

/** Complementary error function, relative error below 1e-13 down to where float64 ends. */
export function complementaryError(x: number): number {
  if (x < 0) return 2 - complementaryError(-x)
  return x < 1.5 ? 1 - erfSeries(x) : erfcFraction(x)
}

/** P(Z ≤ z) of the standard normal distribution. */
export function normalCumulative(z: number): number {
  return complementaryError(-z / Math.SQRT2) / 2
}

/**
 * The z with P(Z ≤ z) = probability, 0 < probability < 1, by Halley's steps on `normalCumulative` from a rough start
 * (Abramowitz and Stegun 26.2.23). Throws RangeError on any other probability.
 */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1))
    throw new RangeError(`a probability between 0 and 1 is needed: ${probability}`)
  if (probability > 0.5) return -normalQuantile(1 - probability)
  const t = Math.sqrt(-2 * Math.log(probability))
  let z =
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t) - t
  for (let step = 0; step < 4; step++) {
    const error = ((normalCumulative(z) - probability) * rootTwoPi) / Math.exp((-z * z) / 2)
    z -= error / (1 + (z * error) / 2)
  }
  return z
}
