import { parseHeadConfig } from '#main/onnx/head-config.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import type { HeadTensor } from '#main/onnx/head-tensor.ts'

/** Width of one modality's vectors, as ConvNeXt-Base and GroupRec give them. */
export const vectorWidth = 1024
export const fusedModalities = ['grouprec', 'convnext'] as const
export const classCount = 5
export const studentsPerScene = 50

/** The families that the speed bars name, by the word that PyTorch's side of the bench knows them by. */
export const benchFamilies = {
  mlp: 'multimodal_classifier',
  gated: 'gated_fusion_classifier',
  c_spatial: 'context_graph_fusion_classifier',
} as const
export type BenchFamily = keyof typeof benchFamilies

/** The `model` section of a head of the paper's size on both modalities. */
export function headSection(family: BenchFamily) {
  const spatial = family === 'c_spatial'
  return {
    name: benchFamilies[family],
    params: {
      num_classes: classCount,
      modalities: [...fusedModalities, ...(spatial ? ['bbox_ctx', 'img_uid'] : [])],
      input_dims: [vectorWidth, vectorWidth, ...(spatial ? [4, 1] : [])],
      hidden_dim: 256,
    },
  }
}

export const headConfig = (family: BenchFamily): HeadConfig =>
  parseHeadConfig({ model: headSection(family) }, { file: `${family}.json` }).config

/** Weights of the size that a config asks for; every value is positive, so that variances are possible ones. */
export function randomWeights(config: HeadConfig): Map<string, HeadTensor> {
  const random = seededRandom(7)
  return new Map(
    expectedWeights(config)
      .filter(({ role }) => role !== 'counter')
      .map(({ name, shape }) => {
        const size = shape.reduce((all, one) => all * one, 1)
        const values = Float32Array.from({ length: size }, () => 0.01 + 0.05 * random())
        return [name, { dtype: 'float32', shape, toFloat32: () => values }] as const
      }),
  )
}
