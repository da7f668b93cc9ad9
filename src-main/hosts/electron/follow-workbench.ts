import type { LecternContract } from '#shared/contract/contract.ts'
import type { ProjectSummary } from '#shared/contract/project.ts'
import type { Client, Handlers } from '#shared/rpc/types.ts'

/** Tells of every project that is opened, changed or closed, until the returned function is called. */
export function followProject(
  client: Client<LecternContract>,
  onProject: (project: ProjectSummary | null) => void,
): () => void {
  const controller = new AbortController()
  const follow = async () => {
    for await (const change of client.project.changes({}, { signal: controller.signal })) {
      if (change.topics.includes('project')) onProject(await client.project.current({}))
    }
  }
  void follow().catch(() => undefined)
  return () => controller.abort()
}

/** The same handlers, which also tell when a page has changed the settings. */
export const tellOfSettings = (
  handlers: Handlers<LecternContract>,
  onSettings: () => void,
): Handlers<LecternContract> => ({
  ...handlers,
  settings: {
    ...handlers.settings,
    set: async (change, context) => {
      const settings = await handlers.settings.set(change, context)
      onSettings()
      return settings
    },
  },
})
