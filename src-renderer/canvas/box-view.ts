import type { Box } from '#shared/geometry/box.ts'

/** Who says what a box shows: its line is solid for people, thin for imported labels, dashed for a model. */
export type BoxOrigin = 'person' | 'imported' | 'model' | 'none'

/** One student as the canvas draws it. */
export interface BoxView {
  readonly id: number
  /** As stored, in px of the upright image; drawn upright even where it is inverted. */
  readonly box: Box
  /** `#rrggbb` */
  readonly colour: string
  readonly letter: string
  /** The class in full: chips of selected boxes have room for it. */
  readonly className: string
  /** Probability that the model gave the shown class where that is its prediction, 0 to 1; null elsewhere. */
  readonly confidence: number | null
  readonly origin: BoxOrigin
  /** What is said against the shown class: the prediction's letter, or the label's beside a prediction. Null where both agree. */
  readonly rival: string | null
  readonly rivalConfidence: number | null
  /** The stored box is inverted, empty or outside the photo. */
  readonly suspicious: boolean
}

export const sameBoxView = (one: BoxView, other: BoxView): boolean =>
  (Object.keys(one) as (keyof BoxView)[]).every((key) => key === 'box' || one[key] === other[key]) &&
  one.box.x1 === other.box.x1 &&
  one.box.y1 === other.box.y1 &&
  one.box.x2 === other.box.x2 &&
  one.box.y2 === other.box.y2
