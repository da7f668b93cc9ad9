import type { JobKind } from '#shared/contract/jobs.ts'
import type { CommandContext } from '../command.ts'

const words = {
  detect: 'finding students',
  appearance: 'appearance vectors',
  relation: 'relation vectors',
  vectors: 'appearance and relation vectors',
  predict: 'predicting',
  export: 'writing the pickle',
} as const

/** Tells the steps of a long job on stderr while `work` runs, and how far they are every tenth. */
export async function followPhases<Result>(
  { client, output }: CommandContext,
  kind: JobKind,
  work: () => Promise<Result>,
): Promise<Result> {
  const watching = new AbortController()
  const telling = tell(client, output, kind, watching.signal)
  try {
    return await work()
  } finally {
    watching.abort()
    // Its stream ends with the signal, which is no failure of the work.
    await telling.catch(() => undefined)
  }
}

async function tell(
  client: CommandContext['client'],
  output: CommandContext['output'],
  kind: JobKind,
  signal: AbortSignal,
): Promise<void> {
  let told = ''
  for await (const jobs of client.jobs.watch({}, { signal })) {
    const job = jobs.find((one) => one.kind === kind && one.state === 'running')
    if (!job || job.total === null) continue
    const { phase, done, total } = job
    const tenth = Math.floor((10 * done) / Math.max(1, total))
    const line = `${phase ?? kind} ${tenth}`
    if (line === told) continue
    told = line
    output.note(`${phase ? words[phase] : kind}: ${done} of ${total}`)
  }
}
