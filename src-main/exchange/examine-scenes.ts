import type { Finding } from '#shared/contract/summary.ts'
import { boxIssue } from '#shared/geometry/box.ts'
import type { BoxIssue } from '#shared/geometry/box.ts'
import { counted, findingAt } from './finding.ts'
import { fileNameOf } from './files.ts'
import type { DraftScene, ImportDraft } from './import-draft.ts'

const issueMessages: Readonly<Record<BoxIssue, (count: number) => string>> = {
  inverted: (count) =>
    `${counted(count, 'box is', 'boxes are')} inverted (a right edge left of the left one, or a lower above the upper); drawn upright, kept as stored for models and exports.`,
  empty: (count) =>
    `${counted(count, 'box has', 'boxes have')} no area; kept as stored, draw them anew to give them one.`,
  outside: (count) =>
    `${counted(count, 'box reaches', 'boxes reach')} beyond the photo; kept as stored, drawn up to its edge.`,
}

function examineBoxes(draft: ImportDraft): Finding[] {
  const found: Record<BoxIssue, string[]> = { inverted: [], empty: [], outside: [] }
  for (const scene of draft.scenes) {
    const isKnown = scene.sizeOrigin !== 'unknown' && scene.sizeOrigin !== 'nominal'
    const width = isKnown ? scene.size.widthPx : Infinity
    const height = isKnown ? scene.size.heightPx : Infinity
    for (const { box, bboxId, row } of scene.students) {
      const issue = box && boxIssue(box, width, height)
      if (issue) found[issue].push(`${fileNameOf(scene.relativePath)}, student ${bboxId} (row ${row})`)
    }
  }
  return (['inverted', 'empty', 'outside'] as const).flatMap((issue) => {
    return findingAt(`box-${issue}`, 'warning', found[issue], issueMessages[issue])
  })
}

const pathsOf = (scenes: readonly DraftScene[]): string[] => scenes.map(({ relativePath }) => relativePath)

/**
 * What any import says of its scenes. Codes: box-inverted, box-empty, box-outside, photo-missing, photo-unreadable,
 * scene-size-guessed, scene-size-unknown. Pure.
 */
export function examineScenes(draft: ImportDraft): Finding[] {
  const { scenes } = draft
  const missing = scenes.filter(({ photo }) => !photo)
  const unreadable = scenes
    .filter(({ photo }) => photo?.problem)
    .map((scene) => `${scene.relativePath}: ${scene.photo?.problem}`)
  const guessed = scenes.filter(({ sizeOrigin }) => sizeOrigin === 'boxes' || sizeOrigin === 'nominal')
  const unknown = scenes.filter(({ sizeOrigin }) => sizeOrigin === 'unknown')
  return [
    ...examineBoxes(draft),
    ...findingAt(
      'photo-missing',
      'warning',
      pathsOf(missing),
      (count) =>
        `${counted(count, 'photo was', 'photos were')} not found below the photo folder; everything but the picture works. Choose the folder with "Re-link photos".`,
    ),
    ...findingAt(
      'photo-unreadable',
      'error',
      unreadable,
      (count) =>
        `${counted(count, 'file is', 'files are')} no readable photo; the students were imported without the picture.`,
    ),
    ...findingAt(
      'scene-size-guessed',
      'warning',
      pathsOf(guessed),
      (count) =>
        `The size of ${counted(count, 'photo', 'photos')} is not in the file; it was worked out from the boxes and is exact to a few px at best.`,
    ),
    ...findingAt(
      'scene-size-unknown',
      'warning',
      pathsOf(unknown),
      (count) =>
        `The size of ${counted(count, 'photo', 'photos')} is not known; boxes that are drawn there have no normalised form until the photo is found.`,
    ),
  ]
}
