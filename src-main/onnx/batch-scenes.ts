/**
 * Groups whole scenes into batches of at most `maximumStudents`, in order. A scene is never split: one that is larger
 * than the limit makes a batch of its own, and a scene without students joins whichever batch is open.
 *
 * @param sceneSizes students of each scene
 * @returns for each batch, the positions of its scenes in `sceneSizes`
 */
export function batchScenes(sceneSizes: readonly number[], maximumStudents: number): number[][] {
  const batches: number[][] = []
  let students = 0
  for (const [scene, size] of sceneSizes.entries()) {
    const open = batches.at(-1)
    if (open !== undefined && students + size <= maximumStudents) {
      open.push(scene)
      students += size
    } else {
      batches.push([scene])
      students = size
    }
  }
  return batches
}
