import { setImmediate } from 'node:timers/promises'
import type { Finding } from '#shared/contract/summary.ts'
import { draftOf } from '#main/exchange/import-draft.ts'
import type { DraftScene, ImportDraft } from '#main/exchange/import-draft.ts'
import { createBreath } from './breath.ts'

/** What an import will write, scene by scene, and what is odd about it, kind by kind, with pauses for other work in between. */
export async function draftAndExamine(
  drafting: Iterable<DraftScene>,
  examine: (draft: ImportDraft) => Iterable<readonly Finding[]>,
  signal: AbortSignal,
): Promise<{ readonly draft: ImportDraft; readonly findings: readonly Finding[] }> {
  // The table has just been unpacked from one large message, which took its share of this turn.
  await setImmediate()
  const breathe = createBreath(signal)
  const scenes: DraftScene[] = []
  for (const scene of drafting) {
    scenes.push(scene)
    await breathe()
  }
  const draft = draftOf(scenes)
  const findings: Finding[] = []
  for (const found of examine(draft)) {
    findings.push(...found)
    await breathe()
  }
  return { draft, findings }
}
