const fixed = (value: number): number => Math.round(value * 65_536)

function tag(signature: string, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 + values.length * 4)
  bytes.set(new TextEncoder().encode(signature))
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view.setInt32(8 + index * 4, value)
  return bytes
}

/** An ICC profile (version 2, matrix and curves) whose primaries and linear curves are far from sRGB's, so that applying it shows. */
export function farFromSrgb(): Uint8Array {
  const xyz = (x: number, y: number, z: number) => tag('XYZ ', fixed(x), fixed(y), fixed(z))
  const linear = tag('curv', 0)
  const tags = [
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['rXYZ', xyz(0.2, 0.6, 0.05)],
    ['gXYZ', xyz(0.5, 0.3, 0.1)],
    ['bXYZ', xyz(0.2642, 0.1, 0.6749)],
    ['rTRC', linear],
    ['gTRC', linear],
    ['bTRC', linear],
  ] as const
  const tableEnd = 128 + 4 + tags.length * 12
  const size = tags.reduce((end, [, bytes]) => end + bytes.length, tableEnd)
  const profile = new Uint8Array(size)
  const view = new DataView(profile.buffer)
  const text = (offset: number, value: string) => profile.set(new TextEncoder().encode(value), offset)
  view.setUint32(0, size)
  view.setUint32(8, 0x02400000)
  text(12, 'mntrRGB XYZ ')
  text(36, 'acsp')
  for (const [index, value] of [0.9642, 1, 0.8249].entries()) view.setInt32(68 + index * 4, fixed(value))
  view.setUint32(128, tags.length)
  let offset = tableEnd
  for (const [index, [name, bytes]] of tags.entries()) {
    text(132 + index * 12, name)
    view.setUint32(136 + index * 12, offset)
    view.setUint32(140 + index * 12, bytes.length)
    profile.set(bytes, offset)
    offset += bytes.length
  }
  return profile
}

/** A JPEG that carries the profile (APP2). */
export function jpegWithProfile(jpeg: Uint8Array, profile: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode('ICC_PROFILE\0')
  const length = 2 + head.length + 2 + profile.length
  return Uint8Array.from([
    ...jpeg.subarray(0, 2),
    0xff,
    0xe2,
    length >> 8,
    length & 255,
    ...head,
    1,
    1,
    ...profile,
    ...jpeg.subarray(2),
  ])
}
