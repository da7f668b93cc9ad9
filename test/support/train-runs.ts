import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TrainInput } from '#main/compute/protocol.ts'
import type { TrainingMessage, TrainingSummary } from '#shared/contract/training.ts'

export const goldenFeatures = resolve(import.meta.dirname, '../fixtures/golden/features.pkl')

export const modelSection = {
  name: 'context_graph_fusion_classifier',
  params: { hidden_dim: 16, modalities: ['grouprec', 'convnext', 'bbox_ctx', 'img_uid'], input_dims: [32, 24, 4, 1] },
}

/** RAFNet's YAML (JSON is YAML) in a folder of its own. */
export function configIn(
  folder: string,
  change: Readonly<Record<string, unknown>> = {},
  features = goldenFeatures,
): string {
  const dataset = { name: 'multimodal_features', params: { features_path: features } }
  const config = {
    training: { seeds: [41, 42], num_epochs: 4, batch_size: 10, output_dir: 'results/training/tiny', ...change },
    optimizer: { name: 'adamw', params: { lr: 0.003 } },
    loss: { name: 'focal', params: { gamma: 1.5, label_smoothing: 0.1 } },
    class_weights: { method: 'log_balanced', null_weight_factor: 0.1 },
    model: modelSection,
    datasets: { train: dataset, val: dataset, test: dataset },
  }
  const file = join(folder, 'tiny.yaml')
  writeFileSync(file, JSON.stringify(config))
  return file
}

export const inputFor = (config: string, root: string, more: Partial<TrainInput> = {}): TrainInput => ({
  config,
  root,
  seeds: null,
  outputFolder: null,
  resume: false,
  appVersion: '0.1.0-test',
  lockFileSha256: null,
  labelState: null,
  leakage: null,
  token: null,
  finish: false,
  ...more,
})

export async function collect(stream: AsyncIterable<TrainingMessage>): Promise<TrainingMessage[]> {
  const messages: TrainingMessage[] = []
  for await (const message of stream) messages.push(message)
  return messages
}

export function endOf(messages: readonly TrainingMessage[]): TrainingSummary {
  const last = messages.at(-1)
  if (last?.kind !== 'end') throw new Error('a training ends with its summary')
  return last.summary
}
