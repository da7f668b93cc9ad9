/**
 * What a job says while it runs, as a stream: messages in order, then the job's error if it failed. The job runs at its own pace; who
 * follows slowly gets the messages later. A follower that leaves does not end the job: its signal does.
 */
export async function* followJob<Message>(
  run: (tell: (message: Message) => void) => Promise<void>,
): AsyncGenerator<Message, void> {
  const waiting: Message[] = []
  let wake = (): void => undefined
  let ended = false
  const job = run((message) => {
    waiting.push(message)
    wake()
  }).finally(() => {
    ended = true
    wake()
  })
  // Its error is thrown below; without a handler now, it would be taken for an unhandled one while messages are still being read.
  job.catch(() => undefined)
  for (;;) {
    const message = waiting.shift()
    if (message !== undefined) yield message
    else if (ended) break
    else await new Promise<void>((resolve) => (wake = resolve))
  }
  await job
}
