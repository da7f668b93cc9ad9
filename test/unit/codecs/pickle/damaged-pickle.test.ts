import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { thrownAppError } from '../../../support/app-error.ts'

const file = 'damaged.pkl'
const fixture = (name: string): Uint8Array =>
  readFileSync(resolve(import.meta.dirname, '../../../fixtures/pickle', `${name}.pkl`))
const tiny = { readBytes: 16, slabBytes: 64, ownBufferBytes: 48 }

/** A small generator of its own, so that a failure can be repeated. */
function randomBytes(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  }
}

/** Reads, writes back what was read and answers the error's code; anything but an AppError fails the test. */
function outcome(bytes: Uint8Array): string {
  try {
    writePickle(readPickle(bytes, { file, limits: { cost: 1_000_000 } }))
    return 'read'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

describe.each(['plain-p0', 'plain-p2', 'plain-p5', 'arrays-numpy1-p1', 'arrays-numpy1-p3', 'arrays-numpy2-p5'])(
  '%s',
  (name) => {
    it('cut at any byte is an AppError', () => {
      const bytes = fixture(name)
      const step = bytes.byteLength > 6000 ? 5 : 1
      for (let length = 0; length < bytes.byteLength; length += step) {
        const cut = bytes.subarray(0, length)
        const code = thrownAppError(() => readPickle(cut, { file })).code
        expect(code).toMatch(/^pickle\./)
        if (length % 35 === 0) {
          const read = () => readPickle(bytesSource(cut), { file, buffering: tiny })
          expect(thrownAppError(read).code).toBe(code)
        }
      }
    })

    it('with a byte changed is a value or an AppError', () => {
      const bytes = new Uint8Array(fixture(name))
      const random = randomBytes(name.length)
      let refused = 0
      for (let at = 0; at < bytes.byteLength; at += 1 + (random() & 15)) {
        const before = bytes[at]!
        for (const changed of [random(), before ^ (1 << (random() & 7))]) {
          bytes[at] = changed
          if (outcome(bytes) !== 'read') refused += 1
        }
        bytes[at] = before
      }
      expect(refused).toBeGreaterThan(0)
    })
  },
)

it('random opcodes are a value or an AppError', () => {
  const random = randomBytes(43)
  const codes = [...fixture('plain-p2'), ...fixture('arrays-numpy1-p4')]
  const outcomes = new Set<string>()
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Uint8Array.from(
      { length: 1 + (random() & 63) },
      () => codes[(random() * 256 + random()) % codes.length]!,
    )
    outcomes.add(outcome(bytes))
  }
  expect(outcomes.size).toBeGreaterThan(3)
})
