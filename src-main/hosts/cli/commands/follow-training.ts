import { AppError } from '#shared/contract/app-error.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import type { CommandContext } from '../command.ts'
import { findingLines } from './findings.ts'
import { epochLine } from './training-lines.ts'

/**
 * Follows a training of the open project's queue to its end and tells its epochs; an interrupt pauses it. Throws its error, or AppError
 * `training.paused` saying how to go on.
 */
export async function followTraining(
  { client, output, signal }: CommandContext,
  project: string,
  trainingId: number,
): Promise<TrainingInfo> {
  const watching = new AbortController()
  const tell = createTeller({ client, output }, trainingId)
  // What the pause itself throws is told by the state that the training is in then.
  const pause = (): void => void client.training.pause({ trainingId }).catch(() => undefined)
  signal.addEventListener('abort', pause, { once: true })
  if (signal.aborted) pause()
  try {
    for await (const list of client.training.watch({}, { signal: watching.signal })) {
      const info = list.find(({ id }) => id === trainingId)
      if (!info) break
      await tell(info)
      if (info.state === 'done' || info.state === 'stopped') return info
      if (info.state === 'failed' && info.error) throw AppError.from(info.error)
      if (info.state === 'paused') throw paused(project, info)
    }
  } finally {
    signal.removeEventListener('abort', pause)
    watching.abort()
  }
  throw new AppError('training.unknown', `Training ${trainingId} is no longer in this project.`, { trainingId })
}

function paused(project: string, { id, name, seeds }: TrainingInfo): AppError {
  const epochs = seeds.reduce((sum, seed) => sum + seed.epochs, 0)
  return new AppError(
    'training.paused',
    `${name} is paused after ${epochs} complete epochs. Go on with: lectern train ${JSON.stringify(project)} --resume ${id}`,
    { trainingId: id, epochs },
  )
}

/** Tells what is new since the last time. */
function createTeller(
  { client, output }: Pick<CommandContext, 'client' | 'output'>,
  trainingId: number,
): (info: TrainingInfo) => Promise<void> {
  const told = new Map<number, number>()
  let begun = false
  return async ({ name, family, state, students, findings, outputFolder, seeds, msPerEpoch }) => {
    if (!begun && state === 'running' && seeds.some(({ epochs }) => epochs > 0)) {
      begun = true
      output.note(
        `${name} (${family}): ${students?.train ?? 0} students to train on, ${students?.val ?? 0} to validate, ${students?.test ?? 0} to test`,
      )
      output.note(`writes to ${outputFolder}`)
      for (const line of findingLines(findings)) output.note(line)
    }
    if (seeds.every(({ seed, epochs }) => (told.get(seed) ?? 0) >= epochs)) return
    for (const { seed, records } of await client.training.curves({ trainingId })) {
      const known = told.get(seed) ?? 0
      if (known === 0 && records.length > 0) output.note(`seed ${seed}`)
      let best = Math.max(0, ...records.slice(0, known).map(({ val }) => val.macroF1NoNull))
      for (const record of records.slice(known)) {
        const isBest = record.val.macroF1NoNull > best
        best = Math.max(best, record.val.macroF1NoNull)
        output.note(epochLine(record, isBest, msPerEpoch))
      }
      told.set(seed, records.length)
    }
  }
}
