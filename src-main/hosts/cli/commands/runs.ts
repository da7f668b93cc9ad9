import { resolve } from 'node:path'
import type { CommandContext, Declaration } from '../command.ts'
import { table } from '../output.ts'

export const runsCommand: Declaration = ({ command, run }) =>
  command('runs <project>', 'list the runs of a project').action(run(runs))

/** `runs <project>`: every run of the project, newest first. */
async function runs(context: CommandContext, project: string): Promise<void> {
  const { client, output } = context
  await client.project.open({ folder: resolve(project) })
  const [all, models] = await Promise.all([client.models.runs({}), client.models.list({})])
  const modelOf = new Map(models.map((model) => [model.id, model]))
  const rows = [...all].sort((one, other) => other.id - one.id)
  output.result(
    rows.map((run) => ({
      id: run.id,
      name: run.name,
      model: modelOf.get(run.modelId)?.name ?? null,
      family: modelOf.get(run.modelId)?.family ?? null,
      provider: run.provider,
      provider_reason: run.providerReason,
      batching: run.batching,
      students: run.students,
      ms_per_student: run.msPerStudent,
      omitted: run.omitted,
      app_version: run.appVersion,
      created_at: run.createdAt,
    })),
    rows.length === 0
      ? ['No model has been run on this project yet.']
      : table(
          ['run', 'model', 'provider', 'batching', 'students', 'ms / student', 'when'],
          rows.map((run) => [
            run.name,
            modelOf.get(run.modelId)?.name ?? '',
            run.provider,
            run.batching,
            String(run.students),
            run.msPerStudent.toFixed(3),
            run.createdAt,
          ]),
        ),
  )
}
