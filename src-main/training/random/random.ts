/** A stream of random numbers that is the same for the same seed on every machine. */
export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  next32(): number
  /** What as many calls of `next32` would give, many times faster. */
  fill32(target: Int32Array): void
  /** Uniform in [0, 1), with 53 bits. */
  uniform(): number
  /** A whole number from 0 to `end` − 1, each as likely. */
  below(end: number): number
  /** A standard normal number. */
  normal(): number
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

/** FNV-1a of a text, then MurmurHash3's finaliser for each word: four well-mixed words of state from any key. */
function stateOf(key: string): [number, number, number, number] {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  const word = (): number => {
    hash = (hash + 0x9e3779b9) | 0
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return (mixed ^ (mixed >>> 16)) >>> 0
  }
  return [word(), word(), word(), word() | 1]
}

/**
 * xoshiro128** (Blackman and Vigna). Every purpose has a stream of its own, named by `parts`, as (seed, 'epoch', 7): a run that is
 * resumed at an epoch draws what it would have drawn without the pause, and no state needs to be kept.
 */
export function createRandom(...parts: readonly (number | string)[]): Random {
  let [a, b, c, d] = stateOf(parts.join('/'))
  const next32 = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
  const fill32 = (target: Int32Array): void => {
    let [w, x, y, z] = [a | 0, b | 0, c | 0, d | 0]
    for (let index = 0; index < target.length; index += 1) {
      target[index] = Math.imul(rotate(Math.imul(x, 5), 7), 9)
      const shifted = x << 9
      y ^= w
      z ^= x
      x ^= y
      w ^= z
      y ^= shifted
      z = rotate(z, 11)
    }
    ;[a, b, c, d] = [w, x, y, z]
  }
  const uniform = (): number => ((next32() >>> 5) * 0x4000000 + (next32() >>> 6)) / 2 ** 53
  return {
    next32,
    fill32,
    uniform,
    below: (end) => Math.floor(uniform() * end),
    // Box and Muller; 1 − u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}

/** 0 … count − 1 in random order (Fisher and Yates). */
export function permutation(random: Random, count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index -= 1) {
    const other = random.below(index + 1)
    const moved = order[index]!
    order[index] = order[other]!
    order[other] = moved
  }
  return order
}

/** Numbers are drawn so many at a time: they stay in the processor's cache. */
const drawn = new Int32Array(2048)

/** `count` booleans that are 0 with probability `rate`, to within 2⁻¹⁶; two come from each 32-bit number. */
export function keepMask(random: Random, count: number, rate: number): Uint8Array {
  const dropped = Math.round(rate * 0x10000)
  const mask = new Uint8Array(count)
  for (let start = 0; start < count; start += 2 * drawn.length) {
    const numbers = drawn.subarray(0, Math.ceil((count - start) / 2))
    random.fill32(numbers)
    // The sign bit in place of a comparison: a branch that nobody can foretell costs more than the numbers do.
    for (let index = 0; index < numbers.length; index += 1) {
      mask[start + 2 * index] = (dropped - 1 - (numbers[index]! & 0xffff)) >>> 31
      mask[start + 2 * index + 1] = (dropped - 1 - (numbers[index]! >>> 16)) >>> 31
    }
  }
  return mask
}
