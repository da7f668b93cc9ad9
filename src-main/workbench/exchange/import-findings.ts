import type { Finding } from '#shared/contract/summary.ts'
import { counted, findingAt } from '#main/exchange/finding.ts'
import type { WrittenDraft } from './write-draft.ts'

/** What the project already knew. Codes: already-imported, students-known, split-changed, labels-differ. */
export function writtenFindings(written: WrittenDraft, isReimport: boolean): Finding[] {
  const { knownScenes, knownStudents, differingLabels, movedScenes } = written
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
      'split-changed',
      'warning',
      // A file that is imported again under another split is a correction.
      isReimport ? [] : movedScenes,
      (count) =>
        `${counted(count, 'photo was', 'photos were')} in another split before and ${count === 1 ? 'is' : 'are'} in this one now with all students: a photo of a project lies in one split only. Files that share photos leak; to train on them as they are, choose the files themselves (Train, Pickles; or train --config).`,
    ),
    ...findingAt(
      'labels-differ',
      'warning',
      differingLabels,
      (count) =>
        `${counted(count, 'student has', 'students have')} another label here than in a file imported before; the newer one was added to the history, and labels that people gave stay in force.`,
    ),
  ]
}
