import type { TfGraphModel, TfTensor } from '#main/codecs/tfjs/graph-model.ts'
import { AppError } from '#shared/contract/app-error.ts'

/** The same model with only some of the last axis' entries of a weight, so that a layer computes only what is read. */
export function keepChannels(model: TfGraphModel, names: readonly string[], channels: readonly number[]): TfGraphModel {
  const weights = new Map(model.weights)
  for (const name of names) {
    const tensor = weights.get(name)
    const last = tensor?.shape.at(-1) ?? 0
    if (!tensor || channels.some((channel) => channel >= last)) {
      throw new AppError(
        'detector.weights-unexpected',
        `The detector's weight "${name}" should have ${Math.max(...channels) + 1} channels or more but has ${tensor ? last : 'not been found'}. Fetch the detector's files again: npm run models.`,
        { weight: name },
      )
    }
    weights.set(name, kept(tensor, last, channels))
  }
  return { nodes: model.nodes, weights }
}

function kept({ shape, values }: TfTensor, last: number, channels: readonly number[]): TfTensor {
  const rows = values.length / last
  const picked = new Float32Array(rows * channels.length)
  for (let row = 0; row < rows; row += 1) {
    for (const [place, channel] of channels.entries()) {
      picked[row * channels.length + place] = values[row * last + channel]!
    }
  }
  return { shape: [...shape.slice(0, -1), channels.length], values: picked }
}
