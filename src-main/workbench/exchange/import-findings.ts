import type { Finding } from '#shared/contract/summary.ts'
import { counted, findingAt } from '#main/exchange/finding.ts'
import type { WrittenDraft } from './write-draft.ts'

/** What the project already knew. Codes: already-imported, students-known, labels-differ. */
export function writtenFindings(written: WrittenDraft, isReimport: boolean): Finding[] {
  const { knownScenes, knownStudents, differingLabels } = written
  const known: Finding = {
    code: isReimport ? 'already-imported' : 'students-known',
    severity: 'info',
    count: isReimport ? 1 : knownStudents,
    examples: [],
    message: `${isReimport ? 'This very file was imported before; nothing was doubled. ' : ''}${counted(knownStudents, 'student', 'students')} in ${counted(knownScenes, 'scene', 'scenes')} were known already: they keep their labels and edited boxes.`,
  }
  return [
    ...(isReimport || knownStudents > 0 ? [known] : []),
    ...findingAt(
      'labels-differ',
      'warning',
      differingLabels,
      (count) =>
        `${counted(count, 'student has', 'students have')} another label here than in a file imported before; the newer one was added to the history, and labels that people gave stay in force.`,
    ),
  ]
}
