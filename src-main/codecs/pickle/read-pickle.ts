import type { ByteSource } from '../bytes/byte-source.ts'
import type { AllowedGlobals } from './allowed-globals.ts'
import { checkStructure } from './check-structure.ts'
import { numpyGlobals } from './numpy-globals.ts'
import { operations } from './operations.ts'
import { longestSignature, otherFormat } from './other-formats.ts'
import { pickleError } from './pickle-error.ts'
import { PickleInput } from './pickle-input.ts'
import type { PickleBuffering } from './pickle-input.ts'
import { defaultPickleLimits } from './pickle-limits.ts'
import type { PickleLimits } from './pickle-limits.ts'
import { PickleMachine } from './pickle-machine.ts'
import type { PersistentLoad } from './pickle-machine.ts'
import { pythonGlobals } from './python-globals.ts'
import type { PickleValue } from './values.ts'

export interface ReadPickleOptions {
  /** Named in every error. */
  readonly file: string
  /** Allowed besides Python's plain containers and numpy. */
  readonly globals?: AllowedGlobals
  readonly persistentLoad?: PersistentLoad
  readonly limits?: Partial<PickleLimits>
  /** Where the pickle starts; files may hold several, one after the other. */
  readonly start?: number
  readonly buffering?: PickleBuffering
}

/**
 * The value in a pickle of protocol 0 to 5 (see values.ts for what becomes what). Nothing is ever executed: globals
 * outside the allow-list are refused by name. Over bytes, arrays are views of the input; over a source the file is
 * read forward once and is not needed afterwards. What follows the pickle is left alone, as Python does.
 * @throws AppError `pickle.truncated`, `pickle.global-refused`, `pickle.opcode-unknown`, `pickle.protocol-unsupported`,
 * `pickle.shape-mismatch`, `pickle.dtype-unsupported`, `pickle.malformed`, `pickle.too-deep`, `pickle.cyclic`,
 * `pickle.too-large`, `pickle.persistent-id`, `pickle.extension-refused`, `pickle.out-of-band-buffer`,
 * `pickle.not-pickle`; each names the file and the byte.
 */
export function readPickle(input: Uint8Array | ByteSource, options: ReadPickleOptions): PickleValue {
  return readPickleAt(input, options).value
}

/** The same with the offset behind the pickle. */
export function readPickleAt(
  input: Uint8Array | ByteSource,
  options: ReadPickleOptions,
): { value: PickleValue; end: number } {
  const limits = { ...defaultPickleLimits, ...options.limits }
  const bytes = new PickleInput(input, options.file, options.start, options.buffering)
  const machine = new PickleMachine(bytes, {
    globals: new Map([...pythonGlobals, ...numpyGlobals, ...(options.globals ?? [])]),
    persistentLoad: options.persistentLoad ?? null,
    limits,
  })
  checkStart(bytes)
  while (!machine.done) {
    const code = bytes.byte()
    const operation = operations[code]
    if (!operation) throw unknownOpcode(bytes, code)
    operation(machine)
  }
  const value = machine.pop()
  const end = bytes.offset()
  checkStructure(value, limits.depth, bytes)
  return { value, end }
}

function checkStart(input: PickleInput): void {
  const other = otherFormat(input.peek(longestSignature))
  if (other !== null) throw pickleError(input, 'not-pickle', `it is ${other}, not a pickle; choose another file`)
}

function unknownOpcode(input: PickleInput, code: number) {
  const hexadecimal = `0x${code.toString(16).padStart(2, '0')}`
  const sentence = `the opcode ${hexadecimal} is not one of Python's; the file is damaged or no pickle`
  return pickleError(input, 'opcode-unknown', sentence, { opcode: code })
}
