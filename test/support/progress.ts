import type { Progress } from '#main/exchange/progress.ts'

/** The result of a stream of progress. */
export async function resultOf<Result>(stream: AsyncIterable<Progress<Result>>): Promise<Result> {
  for await (const message of stream) if (message.kind === 'result') return message.result
  throw new Error('the stream ended without a result')
}
