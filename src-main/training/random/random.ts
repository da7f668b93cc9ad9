/** A stream of random numbers that is the same for the same seed on every machine. */
export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  next32(): number
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
  const uniform = (): number => ((next32() >>> 5) * 0x4000000 + (next32() >>> 6)) / 2 ** 53
  return {
    next32,
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

/** `count` booleans that are 0 with probability `rate`, to within 2⁻¹⁶; two come from each 32-bit number. */
export function keepMask(random: Random, count: number, rate: number): Uint8Array {
  const dropped = Math.round(rate * 0x10000)
  const mask = new Uint8Array(count)
  for (let index = 0; index < count; index += 2) {
    const bits = random.next32()
    mask[index] = (bits & 0xffff) >= dropped ? 1 : 0
    if (index + 1 < count) mask[index + 1] = bits >>> 16 >= dropped ? 1 : 0
  }
  return mask
}
