import type { DetectionPass } from './plan-passes.ts'

/** NanoDet's normalisation (its training configuration): blue, green, red of 0 to 255. */
const means = [103.53, 116.28, 123.675] as const
const deviations = [57.375, 57.12, 58.395] as const

/** RGBA pixels of a pass as float32 [3, h, w] in the order blue, green, red, normalised; the padding is zeros. */
export function nanodetInput(rgba: Uint8ClampedArray, { size, paddedSize, mirrored }: DetectionPass): Float32Array {
  const plane = paddedSize.widthPx * paddedSize.heightPx
  const input = new Float32Array(3 * plane)
  const tables = means.map((mean, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value - mean) / deviations[channel]!),
  )
  const [blue, green, red] = tables as [Float32Array, Float32Array, Float32Array]
  for (let y = 0; y < size.heightPx; y += 1) {
    let target = y * paddedSize.widthPx + (mirrored ? size.widthPx - 1 : 0)
    let source = y * size.widthPx * 4
    const step = mirrored ? -1 : 1
    for (let x = 0; x < size.widthPx; x += 1, target += step, source += 4) {
      input[target] = blue[rgba[source + 2]!]!
      input[plane + target] = green[rgba[source + 1]!]!
      input[2 * plane + target] = red[rgba[source]!]!
    }
  }
  return input
}
