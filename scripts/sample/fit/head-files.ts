import type { WritableTensor } from '#main/codecs/torch/write-checkpoint.ts'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { classNames } from '../postures.ts'
import { classifierName } from './heads.ts'
import type { HeadShape, Parameters } from './heads.ts'
import type { TrainingPlan } from './train-head.ts'

/** A head as a checkpoint of PyTorch's, parameters in the order of its state dict, float32. */
export function headCheckpoint(shape: HeadShape, parameters: Parameters, steps: number): Uint8Array {
  const counted = `${classifierName(shape)}.1`
  const tensors: (readonly [string, WritableTensor])[] = []
  for (const [name, { rows, columns, data }] of parameters) {
    const flat = name.endsWith('.bias') || name.startsWith('norms.') || name.startsWith(`${counted}.`)
    tensors.push([name, { dtype: 'float32', shape: flat ? [columns] : [rows, columns], data: Float32Array.from(data) }])
    if (name !== `${counted}.running_var`) continue
    const count = BigInt64Array.of(BigInt(steps))
    tensors.push([`${counted}.num_batches_tracked`, { dtype: 'int64', shape: [], data: count }])
  }
  return writeCheckpoint(tensors)
}

/** The head's config as RAFNet writes it; numbers in a form that PyYAML reads as numbers. */
export function headConfig(shape: HeadShape, plan: TrainingPlan, nullFactor: number): string {
  const graph = shape.graphK > 0
  const modalities = graph ? [...shape.modalities, 'bbox_ctx', 'img_uid'] : shape.modalities
  const widths = [...shape.modalities.map(() => shape.inputWidth), ...(graph ? [4, 1] : [])]
  const lines = [
    '# Synthetic sample of Lectern: fitted by scripts/make-sample.ts to drawn scenes, of no use on real photos.',
    'training:',
    `  num_epochs: ${plan.epochs}`,
    `  grad_clip: ${plan.gradientClip.toFixed(1)}`,
    `  label_names: [${classNames.map((name) => `'${name}'`).join(', ')}]`,
    'optimizer:',
    '  name: adamw',
    `  lr: ${plan.learningRate}`,
    `  weight_decay: ${plan.weightDecay}`,
    'loss:',
    '  name: focal',
    `  gamma: ${plan.focalGamma}`,
    `  label_smoothing: ${plan.labelSmoothing}`,
    'class_weights:',
    '  method: log_balanced',
    `  null_weight_factor: ${nullFactor}`,
    'model:',
    `  name: ${graph ? 'context_graph_fusion_classifier' : 'multimodal_classifier'}`,
    '  params:',
    `    num_classes: ${shape.classes}`,
    `    modalities: [${modalities.join(', ')}]`,
    `    input_dims: [${widths.join(', ')}]`,
    `    hidden_dim: ${shape.hidden}`,
    `    dropout: ${shape.dropout}`,
  ]
  if (graph) {
    lines.push(`    gate_hidden_dim: ${shape.gateHidden}`, `    graph_k: ${shape.graphK}`)
    lines.push(`    graph_alpha: ${shape.graphAlpha}`, `    gate_dropout: ${shape.gateDropout}`)
  }
  return `${lines.join('\n')}\n`
}
