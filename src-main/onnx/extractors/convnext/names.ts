import type { Naming } from '../extractor.ts'

/** Names of one block's modules; `scale` is a parameter by itself. */
interface BlockNames {
  readonly depthwise: string
  readonly norm: string
  readonly expand: string
  readonly project: string
  readonly scale: string
}

/** Where a library keeps the modules of a ConvNeXt. Stages count from 0; the first has no downsampling of its own. */
export interface ConvNextNames {
  readonly stem: { readonly conv: string; readonly norm: string }
  downsample(stage: number): { readonly norm: string; readonly conv: string }
  block(stage: number, block: number): BlockNames
  readonly headNorm: string
  /** The layer that follows the vector. */
  readonly classifier: string
}

const torchvision: ConvNextNames = {
  stem: { conv: 'features.0.0', norm: 'features.0.1' },
  downsample: (stage) => ({ norm: `features.${2 * stage}.0`, conv: `features.${2 * stage}.1` }),
  block: (stage, block) => {
    const name = `features.${2 * stage + 1}.${block}`
    return {
      depthwise: `${name}.block.0`,
      norm: `${name}.block.2`,
      expand: `${name}.block.3`,
      project: `${name}.block.5`,
      scale: `${name}.layer_scale`,
    }
  },
  headNorm: 'classifier.0',
  classifier: 'classifier.2',
}

const timm: ConvNextNames = {
  stem: { conv: 'stem.0', norm: 'stem.1' },
  downsample: (stage) => ({ norm: `stages.${stage}.downsample.0`, conv: `stages.${stage}.downsample.1` }),
  block: (stage, block) => {
    const name = `stages.${stage}.blocks.${block}`
    return {
      depthwise: `${name}.conv_dw`,
      norm: `${name}.norm`,
      expand: `${name}.mlp.fc1`,
      project: `${name}.mlp.fc2`,
      scale: `${name}.gamma`,
    }
  },
  headNorm: 'head.norm',
  classifier: 'head.fc',
}

export const convNextNames: readonly (readonly [Naming, ConvNextNames])[] = [
  ['torchvision', torchvision],
  ['timm', timm],
]
