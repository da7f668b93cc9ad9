import type { NoiseStudy } from '#shared/contract/extraction.ts'

/** A student under several draws of noise. */
export interface StudentDraws {
  /** Class that the head named under each draw, [draws]. */
  readonly classes: readonly number[]
  /** Class of the label in force, or null. */
  readonly label: number | null
  /** Largest distance of a later draw's vector from the first one's, relative to its length. */
  readonly vectorDistance: number
}

/** How much a head's answers move with the noise; `classCount` classes are told apart. */
export function noiseStatistics(students: readonly StudentDraws[], draws: number, classCount: number): NoiseStudy {
  const usual = students.map(({ classes }) => commonest(classes, classCount))
  const isUnstable = ({ classes }: StudentDraws): boolean => classes.some((one) => one !== classes[0])
  const unstable = students.map(isUnstable)
  const labelled = students.filter(({ label }) => label !== null)
  const rightIn = (draw: number): number => labelled.filter(({ classes, label }) => classes[draw] === label).length
  return {
    draws,
    students: students.length,
    unstable: unstable.filter(Boolean).length,
    classes: Array.from({ length: classCount }, (_, classIndex) => {
      const own = usual.flatMap((one, index) => (one === classIndex ? [index] : []))
      return { classIndex, students: own.length, unstable: own.filter((index) => unstable[index]).length }
    }),
    accuracies:
      labelled.length === 0 ? [] : Array.from({ length: draws }, (_, draw) => (100 * rightIn(draw)) / labelled.length),
    meanVectorDistance:
      students.length === 0
        ? 0
        : students.reduce((sum, { vectorDistance }) => sum + vectorDistance, 0) / students.length,
  }
}

/** The class named most often; of equals the lowest. */
function commonest(classes: readonly number[], classCount: number): number {
  const counts = new Array<number>(classCount).fill(0)
  for (const one of classes) counts[one] = (counts[one] ?? 0) + 1
  return counts.indexOf(Math.max(...counts))
}

/** ‖vector − first‖ / ‖first‖; 0 where both are zero. */
export function relativeDistance(vector: Float32Array, first: Float32Array): number {
  let [difference, length] = [0, 0]
  for (const [index, value] of first.entries()) {
    difference += (vector[index]! - value) ** 2
    length += value ** 2
  }
  return difference === 0 ? 0 : Math.sqrt(difference / length)
}
