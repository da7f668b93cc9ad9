import { AppError } from '#shared/contract/app-error.ts'
import { startRealWorkbench } from '../real-workbench.ts'

/**
 * Makes calls of the real workbench one after another and prints what each ended with, as JSON: `null` or its code and message.
 * Run as another user or under a limit of the system. Arguments: folder of the user data, calls as JSON [[procedure, input], …].
 */
const [, , folder = '', calls = '[]'] = process.argv
const session = startRealWorkbench(folder)
const services = session.client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
const outcomes: unknown[] = []
for (const [procedure, input] of JSON.parse(calls) as [string, unknown][]) {
  const [service = '', name = ''] = procedure.split('.')
  const outcome = await services[service]![name]!(input).then(
    () => null,
    (error: unknown) =>
      error instanceof AppError ? error.toJSON() : { code: 'not-an-app-error', message: String(error) },
  )
  outcomes.push(outcome)
}
await session.close()
process.stdout.write(JSON.stringify(outcomes))

export type Calls = readonly (readonly [procedure: string, input: unknown])[]
