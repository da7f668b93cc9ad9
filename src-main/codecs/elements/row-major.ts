/** Product of the dimensions (1 for a scalar). Exact below 2^53; callers compare it, they do not allocate by it. */
export function elementCount(shape: readonly number[]): number {
  let count = 1
  for (const dimension of shape) count *= dimension
  return count
}

/** Distance in elements between neighbours along each axis of a row-major (C order) array. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = step
    step *= shape[axis]!
  }
  return strides
}

/** The same for a column-major (Fortran order) array. */
export function columnMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = 0; axis < shape.length; axis += 1) {
    strides[axis] = step
    step *= shape[axis]!
  }
  return strides
}

/** Whether elements with these strides lie in row-major order without gaps (axes of length 1 do not matter). */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const wanted = rowMajorStrides(shape)
  return shape.every((dimension, axis) => dimension === 1 || strides[axis] === wanted[axis])
}

/**
 * Calls `place(target, source)` for every element: `target` counts up in row-major order, `source` is the
 * strided position from `offset` on.
 */
export function eachStrided(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  place: (target: number, source: number) => void,
): void {
  const count = elementCount(shape)
  if (count === 0) return
  const position = new Array<number>(shape.length).fill(0)
  let source = offset
  for (let target = 0; target < count; target += 1) {
    place(target, source)
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = position[axis]! + 1
      if (next < shape[axis]!) {
        position[axis] = next
        source += strides[axis]!
        break
      }
      position[axis] = 0
      source -= strides[axis]! * (shape[axis]! - 1)
    }
  }
}
