/** A source of numbers in [0, 1), 32 bits each. */
export type Random = () => number

/**
 * Chris Doty-Humphrey's sfc32 (PractRand) with his seeding: small, fast, a period of 2³² at least and about 2¹²⁷ on
 * average, and the same numbers on every machine. Throws RangeError unless the seed is a whole number from 0 to 2³² −
 * 1.
 */
export function seededRandom(seed: number): Random {
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff)) {
    throw new RangeError(`a seed is a whole number from 0 to ${0xffff_ffff}: ${seed}`)
  }
  let [a, b, c, counter] = [0, seed | 0, 0, 1]
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return (result >>> 0) / 0x1_0000_0000
  }
  for (let round = 0; round < 12; round++) next()
  return next
}
