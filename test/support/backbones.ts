import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ExtractionMessage, NetworkVectors, StartedNetwork } from '#main/compute/protocol.ts'

const triple = z.tuple([z.number(), z.number(), z.number()])
const backbone = z.object({
  rows: z.array(z.number()),
  crop_boxes_xyxy_int: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
  preprocess: z.object({
    resize_shorter_side: z.number(),
    interpolation: z.enum(['bilinear', 'bicubic']),
    center_crop: z.number(),
    mean: triple,
    std: triple,
  }),
  input_checks: z.array(z.object({ row: z.number(), channel_means: triple, pixel_0_0: triple, pixel_111_97: triple })),
  features: z.array(z.array(z.number())),
})
export type Backbone = z.infer<typeof backbone>

/** Small networks with random weights, and which `.json` says what they give. */
export const backboneFiles = [
  { weights: 'convnext_small.pth', expected: 'convnext_small.json', family: 'convnext', naming: 'torchvision' },
  { weights: 'convnext_small_timm.pth', expected: 'convnext_small.json', family: 'convnext', naming: 'timm' },
  { weights: 'resnet_small.pth', expected: 'resnet_small.json', family: 'resnet', naming: 'torchvision' },
  { weights: 'vit_small.pth', expected: 'vit_small.json', family: 'vision-transformer', naming: 'torchvision' },
] as const

/** Crops, preprocessing, checks of the input and PyTorch's vectors of six students. */
export const readBackbone = (rafnet: string, name: string): Backbone =>
  backbone.parse(JSON.parse(readFileSync(join(rafnet, 'backbones', name), 'utf8')))

/** The photo of a row of the authors' demo features, whose order is scene 166, 900, 89. */
export const photoOfRow = (rafnet: string, row: number): string =>
  join(rafnet, 'images', row < 60 ? '166.jpg' : row < 100 ? '900.jpg' : '89.jpg')

export interface Extraction {
  readonly start: StartedNetwork
  readonly scenes: readonly (NetworkVectors & { readonly index: number })[]
  readonly failed: readonly Extract<ExtractionMessage, { kind: 'failed' }>[]
}

/** A whole extraction of one network. */
export async function collectExtraction(stream: AsyncIterable<ExtractionMessage>): Promise<Extraction> {
  const messages: ExtractionMessage[] = []
  for await (const message of stream) messages.push(message)
  const [start] = messages
  if (start?.kind !== 'start' || messages.at(-1)?.kind !== 'end')
    throw new Error('an extraction starts with start and ends with end')
  return {
    start: start.networks[0]!,
    scenes: messages.flatMap((message) =>
      message.kind === 'scene' ? [{ index: message.index, ...message.answers[0]! }] : [],
    ),
    failed: messages.filter((message) => message.kind === 'failed'),
  }
}
