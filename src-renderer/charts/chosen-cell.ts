/** A cell of the confusion grid by its place in the order of classes; null stands for a whole row or column. */
export interface ChosenCell {
  readonly truth: number | null
  readonly predicted: number | null
}
