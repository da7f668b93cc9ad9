import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { HeadContext } from '#main/onnx/architectures/architecture.ts'
import { architectureFor } from '#main/onnx/architectures/registry.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { arrayOperators, matrix } from '../../support/array-operators.ts'
import type { Matrix } from '../../support/array-operators.ts'
import { goldenFolder, readRows, readWeights } from '../../support/heads.ts'

interface TrainingFixture {
  readonly loss: { readonly gamma: number; readonly label_smoothing: number }
  readonly class_weights: readonly number[]
  readonly history: readonly { readonly loss: number }[]
}

/** Mean over rows of (1 − e^−ce)^γ · ce, ce weighted and label-smoothed as PyTorch does it. */
function focalLoss(logits: Matrix, labels: readonly number[], fixture: TrainingFixture): number {
  const { class_weights: weights } = fixture
  const { gamma, label_smoothing: smoothing } = fixture.loss
  const classes = weights.length
  const losses = labels.map((label, row) => {
    const values = logits.values.slice(row * classes, (row + 1) * classes)
    const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0))
    const terms = values.map((value) => total - value)
    const smoothed = terms.reduce((sum, term, index) => sum + weights[index]! * term, 0) * (smoothing / classes)
    const entropy = (1 - smoothing) * weights[label]! * terms[label]! + smoothed
    return (1 - Math.exp(-entropy)) ** gamma * entropy
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

/** The first 24 rows: scenes of 10, 9 and 5. */
const batchSize = 24

test.each(['gated', 'b_disentangle', 'c_spatial', 'cross_attention'])(
  'the definition that inference runs gives PyTorch’s first training loss: %s',
  (name) => {
    const file = `train_${name}.json`
    const value = JSON.parse(readFileSync(join(goldenFolder, file), 'utf8')) as TrainingFixture
    const { config } = parseHeadConfig({ model: (value as unknown as { model: unknown }).model }, { file })
    const tensors = readWeights(join(goldenFolder, `train_${name}_init.pth`))
    const rows = readRows(join(goldenFolder, 'features.pkl'))
    const knowsPhotos = config.modalities.some((modality) => modality.name === 'img_uid')
    const context: HeadContext<Matrix> = {
      operators: arrayOperators,
      input: (modality) => {
        const { width, values } = rows.columns.get(modality)!
        return matrix(batchSize, width, (row, column) => values[row * width + column]!)
      },
      weight: (weight) => {
        const tensor = tensors.get(weight)!
        return { shape: tensor.shape, values: [...tensor.toFloat32()] }
      },
      scene: knowsPhotos ? matrix(batchSize, 1, (row) => rows.scenes[row]!) : null,
      withoutPeers: 'use-other-scenes',
    }
    const { logits, auxiliaryLoss } = architectureFor(config).forward(context, config)
    const loss = focalLoss(logits, rows.labels.slice(0, batchSize), value) + (auxiliaryLoss?.().values[0] ?? 0)
    const expected = value.history[0]!.loss
    expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-6)
  },
)
