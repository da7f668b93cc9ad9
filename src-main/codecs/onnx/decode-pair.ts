import type { DecodeBudget } from './decode-budget.ts'
import { bytesOf, protobufFields, signedOf } from './protobuf-reader.ts'

/** A StringStringEntryProto, or an OperatorSetIdProto with its version as text. */
export function decodePair(bytes: Uint8Array, budget: DecodeBudget): [first: string, second: string] {
  budget.message()
  const pair: [string, string] = ['', '']
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) pair[0] = budget.text(bytesOf(field))
    if (field.number === 2) pair[1] = field.kind === 'varint' ? String(signedOf(field)) : budget.text(bytesOf(field))
  }
  return pair
}
