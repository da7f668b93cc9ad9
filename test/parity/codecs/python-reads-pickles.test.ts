import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { numberDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import { NdArrayStream, PickleListStream } from '#main/codecs/pickle/streams.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { describePickle } from '../../support/describe-pickle.ts'
import { findPython, findPythonWithNumpy2, runPython, withoutPython } from '../../support/python.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const fixtures = resolve(import.meta.dirname, '../../fixtures')
const content = (name: string): Uint8Array => readFileSync(join(fixtures, 'pickle', `${name}.pkl`))
const folder = mkdtempSync(join(tmpdir(), 'lectern-pickle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const describeInPython = `
import json, pickle, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from describe import describe
print(json.dumps(describe(pickle.load(open(sys.argv[2], "rb")))))
`

function pythonReads(python: string, content: Uint8Array): unknown {
  const path = join(folder, 'written.pkl')
  writeFileSync(path, content)
  return JSON.parse(runPython(python, describeInPython, join(fixtures, 'pickle'), path))
}

const pythons = [
  ['numpy 1', findPython('numpy')],
  ['numpy 2', findPythonWithNumpy2()],
] as const

describe.each(pythons)('what Lectern writes, read by Python with %s', (name, found) => {
  const unavailable = found === null
  const python = found ?? ''
  const reason = unavailable ? ` (${withoutPython(name)})` : ''

  it.skipIf(unavailable).each(['plain-p2', 'plain-p5'])(`%s${reason}`, (fixture) => {
    const value = readPickle(content(fixture), { file: fixture })
    expect(pythonReads(python, writePickle(value))).toEqual(describePickle(value))
  })

  // numpy turns big-endian arrays into native ones on loading, so its own pickle of the same arrays is the measure.
  it.skipIf(unavailable).each(['arrays-numpy1-p0', 'arrays-numpy1-p5', 'arrays-numpy2-p4'])(
    `%s${reason}`,
    (fixture) => {
      const written = writePickle(readPickle(content(fixture), { file: fixture }))
      expect(pythonReads(python, written)).toEqual(pythonReads(python, content('arrays-numpy1-p4')))
    },
  )

  it.skipIf(unavailable)(`streams and long payloads${reason}`, () => {
    const rows = Array.from({ length: 700 }, (_, row) =>
      Float32Array.from({ length: 64 }, (_value, index) => row - index),
    )
    const bytes = rows.map((row) => new Uint8Array(row.buffer))
    const streamed = new Map<string, PickleValue>([
      ['array', new NdArrayStream(numberDtype('float32'), [700, 64], bytes)],
      ['list', new PickleListStream(rows.map((row) => NdArray.of('float32', row)))],
      ['text', 'é'.repeat(70_000)],
    ])
    const whole = new Map<string, PickleValue>([
      ['array', NdArray.of('float32', Float32Array.from(rows.flatMap((row) => [...row])), [700, 64])],
      ['list', rows.map((row) => NdArray.of('float32', row))],
      ['text', 'é'.repeat(70_000)],
    ])
    expect(pythonReads(python, writePickle(streamed))).toEqual(describePickle(whole))
  })

  it.skipIf(unavailable || !rafnetFolder)(`the real features${rafnetFolder ? reason : ` (${withoutRafnet})`}`, () => {
    const value = readPickle(readFileSync(join(rafnetFolder ?? '', 'features.pkl')), { file: 'features.pkl' })
    const python1 = describePickle(value)
    expect(pythonReads(python, writePickle(value))).toEqual(python1)
    expect(pythonReads(python, readFileSync(join(rafnetFolder ?? '', 'features.pkl')))).toEqual(python1)
  })
})
