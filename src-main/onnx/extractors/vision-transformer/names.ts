import type { Naming } from '../extractor.ts'

/** Names of one block's modules; the two of `queryKeyValue` are parameters by themselves. */
interface BlockNames {
  readonly attentionNorm: string
  readonly queryKeyValue: { readonly weight: string; readonly bias: string }
  readonly attentionOutput: string
  readonly mixNorm: string
  readonly expand: string
  readonly project: string
}

/** Where a library keeps the parameters of a Vision Transformer. */
export interface VisionTransformerNames {
  readonly classToken: string
  readonly positions: string
  readonly patches: string
  block(index: number): BlockNames
  readonly lastNorm: string
  /** The layer that follows the vector. */
  readonly classifier: string
}

const torchvision: VisionTransformerNames = {
  classToken: 'class_token',
  positions: 'encoder.pos_embedding',
  patches: 'conv_proj',
  block: (index) => {
    const name = `encoder.layers.encoder_layer_${index}`
    return {
      attentionNorm: `${name}.ln_1`,
      queryKeyValue: { weight: `${name}.self_attention.in_proj_weight`, bias: `${name}.self_attention.in_proj_bias` },
      attentionOutput: `${name}.self_attention.out_proj`,
      mixNorm: `${name}.ln_2`,
      expand: `${name}.mlp.0`,
      project: `${name}.mlp.3`,
    }
  },
  lastNorm: 'encoder.ln',
  classifier: 'heads',
}

const timm: VisionTransformerNames = {
  classToken: 'cls_token',
  positions: 'pos_embed',
  patches: 'patch_embed.proj',
  block: (index) => {
    const name = `blocks.${index}`
    return {
      attentionNorm: `${name}.norm1`,
      queryKeyValue: { weight: `${name}.attn.qkv.weight`, bias: `${name}.attn.qkv.bias` },
      attentionOutput: `${name}.attn.proj`,
      mixNorm: `${name}.norm2`,
      expand: `${name}.mlp.fc1`,
      project: `${name}.mlp.fc2`,
    }
  },
  lastNorm: 'norm',
  classifier: 'head',
}

export const visionTransformerNames: readonly (readonly [Naming, VisionTransformerNames])[] = [
  ['torchvision', torchvision],
  ['timm', timm],
]
