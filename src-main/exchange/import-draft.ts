import type { Box, Size } from '#shared/geometry/box.ts'
import type { NormalisedBox } from '#shared/geometry/normalised-box.ts'

/** What a photo file told of itself. */
export interface DraftPhoto {
  /** Path below the photo root with `/` separators. */
  readonly relativePath: string
  readonly size: Size | null
  readonly sha256: string
  readonly takenAt: string | null
  /** Why the file is no readable photo, or null. */
  readonly problem: string | null
}

/** Where a scene's size comes from, the most trustworthy first; `nominal` stands in where only normalised boxes are known. */
export type SizeOrigin = 'photo' | 'file' | 'boxes' | 'nominal' | 'unknown'

export interface DraftStudent {
  /** Row of the source file, for features and exports. */
  readonly row: number
  /** Unique in its scene; differs from the source's where that has one id twice. */
  readonly bboxId: string
  /** The photo's path as the source spells it at this row. */
  readonly sourcePath: string
  /** As stored, even inverted; null where the file has none. */
  readonly box: Box | null
  /** As stored; null where the file has none. */
  readonly boxNormalised: NormalisedBox | null
  /** null where the source has no label, −1 or a label that is none of the project's classes. */
  readonly label: number | null
}

export interface DraftScene {
  /** The photo's path below the photo root, or the source's path with `/` separators where the photo is not there. */
  readonly relativePath: string
  /** The source's path with `/` separators, under which an earlier import without photos may know the scene. */
  readonly sourceKey: string
  readonly photo: DraftPhoto | null
  /** Size of the upright image; 0 × 0 where nothing tells it. */
  readonly size: Size
  readonly sizeOrigin: SizeOrigin
  readonly room: string | null
  readonly takenAt: string | null
  readonly students: readonly DraftStudent[]
}

/** What an import is about to write, scenes in the order of their first row. */
export interface ImportDraft {
  readonly scenes: readonly DraftScene[]
  readonly students: number
  readonly labels: number
}

export function draftOf(scenes: readonly DraftScene[]): ImportDraft {
  let students = 0
  let labels = 0
  for (const scene of scenes) {
    students += scene.students.length
    for (const { label } of scene.students) if (label !== null) labels += 1
  }
  return { scenes, students, labels }
}
