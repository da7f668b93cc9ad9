/** Students drawn a moment ago go by an id of the page, below 0, until the workbench has given them their own. */
export function createDrawnNames() {
  const realIds = new Map<number, number>()
  const naming = new Map<number, Promise<unknown>>()

  /** `writing` ends once these students have been given their ids, or will get none. */
  function expectNames(drawnIds: readonly number[], writing: Promise<unknown>): void {
    for (const id of drawnIds) naming.set(id, writing)
  }

  /** What to wait for until each of these students has an id of its own. */
  function awaited(studentIds: readonly number[]): Promise<unknown>[] {
    return studentIds.flatMap((id) => naming.get(id) ?? [])
  }

  /** `studentIds` ends with the ids of the drawn students, in their order. */
  function name(drawnIds: readonly number[], studentIds: readonly number[]): void {
    for (const [at, id] of drawnIds.entries()) {
      const named = studentIds.at(at - drawnIds.length)
      if (named !== undefined) realIds.set(id, named)
      naming.delete(id)
    }
  }

  return { realId: (id: number) => realIds.get(id) ?? id, expectNames, awaited, name, clear: () => realIds.clear() }
}
