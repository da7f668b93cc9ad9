import type { Steps } from '#shared/metrics/steps.ts'
import { parseOperation, type Operation } from './operation.ts'

/** A line of the log holds this many operations: written and read in about a millisecond. */
const operationsPerLine = 500

/** A step's operations as the log keeps them: lines of JSON arrays, so that a large step is not one long piece of work. */
export function* formatPayload(operations: readonly Operation[]): Steps<string> {
  const lines: string[] = []
  for (let start = 0; start < operations.length; start += operationsPerLine) {
    lines.push(JSON.stringify(operations.slice(start, start + operationsPerLine)))
    yield
  }
  return lines.join('\n')
}

/** Throws ZodError or SyntaxError where a line is not what `formatPayload` writes. */
export function* parsePayload(payload: string): Steps<Operation[]> {
  const operations: Operation[] = []
  for (const line of payload.split('\n')) {
    for (const one of JSON.parse(line) as unknown[]) operations.push(parseOperation(one))
    yield
  }
  return operations
}
