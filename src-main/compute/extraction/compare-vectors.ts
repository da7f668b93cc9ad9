import type { MeasuredCosine } from './extraction-contract.ts'
import type { SceneVectors } from './extraction-contract.ts'

/** Cosines between the vectors of students whose boxes have an area; null where there is none. */
export function compareVectors(found: SceneVectors, wanted: SceneVectors, width: number): MeasuredCosine | null {
  const cosines: number[] = []
  for (const [student, none] of wanted.withoutArea.entries()) {
    if (none) continue
    const part = ({ vectors }: SceneVectors) => vectors.subarray(student * width, (student + 1) * width)
    cosines.push(cosine(part(found), part(wanted)))
  }
  if (cosines.length === 0) return null
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length
  return { crops: cosines.length, mean, lowest: Math.min(...cosines) }
}

function cosine(one: Float32Array, other: Float32Array): number {
  let [dot, lengthOne, lengthOther] = [0, 0, 0]
  for (const [index, value] of one.entries()) {
    dot += value * other[index]!
    lengthOne += value * value
    lengthOther += other[index]! * other[index]!
  }
  return dot / Math.sqrt(lengthOne * lengthOther)
}
