/** A place or direction in the room in metres: x to the right of the picture, y away from the camera, z up. */
export interface Vector {
  readonly x: number
  readonly y: number
  readonly z: number
}

/** A place in the picture: pixels, the distance along the camera's axis in metres, and pixels per metre there. */
export interface Projected {
  readonly xPx: number
  readonly yPx: number
  readonly depth: number
  readonly pxPerMetre: number
}

/** A pinhole camera without lens distortion. */
export interface Camera {
  readonly position: Vector
  readonly right: Vector
  readonly up: Vector
  readonly forward: Vector
  readonly focalPx: number
  readonly widthPx: number
  readonly heightPx: number
}

export const vector = (x: number, y: number, z: number): Vector => ({ x, y, z })
export const add = (a: Vector, b: Vector): Vector => vector(a.x + b.x, a.y + b.y, a.z + b.z)
export const subtract = (a: Vector, b: Vector): Vector => vector(a.x - b.x, a.y - b.y, a.z - b.z)
export const scale = (a: Vector, factor: number): Vector => vector(a.x * factor, a.y * factor, a.z * factor)
export const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z
export const length = (a: Vector): number => Math.sqrt(dot(a, a))
export const normalise = (a: Vector): Vector => scale(a, 1 / Math.max(1e-9, length(a)))
export const mix = (a: Vector, b: Vector, share: number): Vector => add(scale(a, 1 - share), scale(b, share))
export const cross = (a: Vector, b: Vector): Vector =>
  vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)

/** A camera at `position` that looks at `target`, level with the floor. */
export function createCamera(
  position: Vector,
  target: Vector,
  focalPx: number,
  widthPx: number,
  heightPx: number,
): Camera {
  const forward = normalise(subtract(target, position))
  const right = normalise(cross(forward, vector(0, 0, 1)))
  return { position, forward, right, up: cross(right, forward), focalPx, widthPx, heightPx }
}

/** Where a point of the room falls in the picture. Points nearer than 20 cm are drawn as if 20 cm away. */
export function project(camera: Camera, point: Vector): Projected {
  const ray = subtract(point, camera.position)
  const depth = dot(ray, camera.forward)
  const pxPerMetre = camera.focalPx / Math.max(0.2, depth)
  return {
    xPx: camera.widthPx / 2 + dot(ray, camera.right) * pxPerMetre,
    yPx: camera.heightPx / 2 - dot(ray, camera.up) * pxPerMetre,
    depth,
    pxPerMetre,
  }
}
