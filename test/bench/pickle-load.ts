import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { positionedSource } from '#main/codecs/bytes/byte-source.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'

/** Every array of a modality as typed elements, which are made only when asked for. */
function touch(modality: PickleValue | undefined): number {
  const arrays: readonly (PickleValue | undefined)[] = Array.isArray(modality) ? modality : [modality]
  let elements = 0
  for (const array of arrays) if (array instanceof NdArray) elements += array.data.length
  return elements
}

/** The peak of this process as the kernel saw it; `resourceUsage` would count the parent's peak before exec too. */
function peakBytes(): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
  return line ? Number(line[1]) * 1024 : process.resourceUsage().maxRSS * 1024
}

const [, , file = ''] = process.argv
const start = performance.now()
const descriptor = openSync(file, 'r')
const size = fstatSync(descriptor).size
const source = positionedSource(size, (target, offset) => readSync(descriptor, target, 0, target.byteLength, offset))
const value = readPickle(source, { file })
closeSync(descriptor)
if (!(value instanceof Map)) throw new Error('the fixture is no dict')
const elements = touch(value.get('grouprec')) + touch(value.get('convnext'))
const elapsedMs = performance.now() - start
process.stdout.write(`${JSON.stringify({ elapsedMs, peakBytes: peakBytes(), elements })}\n`)
