import type { WeightsInfo } from '#shared/contract/extraction.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { boxIssue, isInverted } from '#shared/geometry/box.ts'
import { counted, findingAt } from '#main/exchange/finding.ts'
import type { BoxedStudent } from './embed-scenes.ts'

/** What an extraction noticed on its way. */
export interface EmbedNotes {
  /** `166.jpg, student 1_3` */
  readonly inverted: string[]
  readonly withoutArea: string[]
  /** Boxes that reach beyond the photo. */
  readonly outside: string[]
  /** Scenes whose relation vectors were made anew because somebody in them moved, came or went. */
  readonly renewed: string[]
}

export const emptyNotes = (): EmbedNotes => ({ inverted: [], withoutArea: [], outside: [], renewed: [] })

/** Notes a scene's boxes; `withoutArea` is what the extractor said, [students]. */
export function noteBoxes(
  notes: EmbedNotes,
  scene: Scene,
  students: readonly BoxedStudent[],
  withoutArea: Uint8Array,
): void {
  students.forEach(({ bboxId, box }, index) => {
    const place = `${scene.relativePath}, student ${bboxId}`
    if (isInverted(box)) notes.inverted.push(place)
    if (withoutArea[index] === 1) notes.withoutArea.push(place)
    if (boxIssue(box, scene.widthPx, scene.heightPx) === 'outside') notes.outside.push(place)
  })
}

/** Codes: box-inverted, box-without-area, box-outside, relations-renewed, scenes-empty, precision-coarse. */
export function embedFindings(
  { kind, family }: WeightsInfo,
  { inverted, withoutArea, outside, renewed }: EmbedNotes,
  empty: readonly string[],
  cosine: number | null,
): Finding[] {
  const zeros =
    family === 'nanodet'
      ? 'its vector says nothing of the student'
      : 'the network saw zeros in its place, as it does in RAFNet'
  return [
    ...findingAt('box-inverted', 'warning', inverted, (count) =>
      kind === 'relation'
        ? `${counted(count, 'box is', 'boxes are')} inverted and went through GroupRec's crop as stored. Draw ${count === 1 ? 'it' : 'them'} anew.`
        : `${counted(count, 'box is', 'boxes are')} inverted. Draw ${count === 1 ? 'it' : 'them'} anew.`,
    ),
    ...findingAt(
      'box-without-area',
      'warning',
      withoutArea,
      (count) => `${counted(count, 'box has', 'boxes have')} no area in the photo: ${zeros}.`,
    ),
    ...findingAt(
      'box-outside',
      'warning',
      outside,
      (count) =>
        `${counted(count, 'box reaches', 'boxes reach')} beyond the photo: ${kind === 'relation' ? 'what lies outside is black to the network' : 'only what lies inside was looked at'}.`,
    ),
    ...findingAt(
      'relations-renewed',
      'info',
      renewed,
      (count) =>
        `In ${counted(count, 'scene', 'scenes')} somebody moved, came or went: the relation vectors of all their students were made anew, since each depends on its neighbours. Other scenes kept theirs.`,
    ),
    ...findingAt(
      'scenes-empty',
      'info',
      empty,
      (count) => `${counted(count, 'scene has', 'scenes have')} no students yet. Find students first, or draw them.`,
    ),
    ...(cosine === null
      ? []
      : findingAt(
          'precision-coarse',
          'info',
          [cosine.toFixed(4)],
          () => `The coarser numbers point the same way as float32's to a mean cosine of ${cosine.toFixed(4)}.`,
        )),
  ]
}
