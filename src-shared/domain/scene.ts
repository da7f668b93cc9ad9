export type ReviewState = 'open' | 'reviewed'

/** One classroom photo. Sizes are of the upright image, after EXIF rotation. */
export interface Scene {
  readonly id: number
  /** File name of the photo, as in `166.jpg`. */
  readonly name: string
  /** Path below the photo root, with `/` separators; equals `name` where the photo lies in the root. */
  readonly relativePath: string
  readonly widthPx: number
  readonly heightPx: number
  readonly hasPhoto: boolean
  readonly room: string | null
  /** ISO 8601 date and time, or null where nobody recorded it. */
  readonly takenAt: string | null
  /** Name of the data split (`train`, `val`, `test`, …) or null. */
  readonly split: string | null
  readonly review: ReviewState
}
