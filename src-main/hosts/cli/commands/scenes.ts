import type { SceneRow } from '#shared/contract/scenes.ts'
import type { CommandContext } from '../command.ts'

interface NamedScene extends SceneRow {
  /** File name, or path where two photos share the name. */
  readonly label: string
}

/** Every scene of the project, in the order of the scene list. */
export async function allScenes({ client }: CommandContext): Promise<readonly NamedScene[]> {
  const rows: SceneRow[] = []
  for (;;) {
    const page = await client.scenes.list({ offset: rows.length, limit: 1000 })
    rows.push(...page.rows)
    if (page.rows.length === 0 || rows.length >= page.total) break
  }
  const uses = Map.groupBy(rows, ({ name }) => name)
  return rows.map((row) => ({ ...row, label: uses.get(row.name)!.length === 1 ? row.name : row.relativePath }))
}
