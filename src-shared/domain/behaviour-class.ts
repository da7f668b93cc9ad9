/** A behaviour class of a project. `index` is the integer that feature pickles and logits use. Classes are data, never constants. */
export interface BehaviourClass {
  readonly index: number
  readonly name: string
  /** `#rrggbb` */
  readonly colour: string
  /** One capital letter shown beside the colour, so that hue never stands alone. */
  readonly letter: string
  /** Null marks ambiguous students: the no-null metrics drop rows whose truth is such a class. */
  readonly isNull: boolean
}

/** RAFNet's classes in index order, with the colours of the authors' figures (Xia et al. 2026). */
export const rafnetClasses: readonly BehaviourClass[] = [
  { index: 0, name: 'Bowing Head', colour: '#4caf50', letter: 'B', isNull: false },
  { index: 1, name: 'Listening', colour: '#2196f3', letter: 'L', isNull: false },
  { index: 2, name: 'Reading/Writing', colour: '#ff9800', letter: 'R', isNull: false },
  { index: 3, name: 'Null', colour: '#9e9e9e', letter: 'N', isNull: true },
  { index: 4, name: 'Using Phone', colour: '#f44336', letter: 'P', isNull: false },
]

export const classByIndex = (classes: readonly BehaviourClass[], index: number): BehaviourClass | undefined =>
  classes.find((one) => one.index === index)
