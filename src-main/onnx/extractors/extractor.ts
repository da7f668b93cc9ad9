import type { ValueName } from '../graph-builder.ts'
import type { LayerContext } from '../layers/layer-context.ts'
import type { WeightTensors } from '../weight.ts'

/** How a crop becomes the network's input: torchvision's Resize, CenterCrop, ToTensor and Normalize. */
export interface Preprocessing {
  /** What the shorter side is resized to, in px. */
  readonly resizePx: number
  readonly filter: 'bilinear' | 'bicubic'
  readonly cropPx: number
  /** Of red, green and blue between 0 and 1. */
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
}

const imageNet = { cropPx: 224, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const

/** RAFNet's preprocessing; only the resize differs between families. */
export const imageNetPreprocessing = (resizePx: number, filter: Preprocessing['filter']): Preprocessing => ({
  resizePx,
  filter,
  ...imageNet,
})

/** A tensor that a network needs, by its name in the checkpoint. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
}

/** Who named the parameters. ResNet's names are the same in both libraries. */
export type Naming = 'torchvision' | 'timm'

/** A network that turns a student's crop into a vector, as told by a checkpoint's parameter names and shapes. */
export interface AppearanceExtractor {
  readonly family: string
  /** For people: `ConvNeXt`. */
  readonly title: string
  readonly naming: Naming
  /** Depths, widths and the like, read from the checkpoint, for the model's card. */
  readonly sizes: Readonly<Record<string, readonly number[]>>
  /** Length of a student's vector. */
  readonly width: number
  readonly preprocessing: Preprocessing
  /** All that the network needs; what else the checkpoint may hold is told by `isSpare`. */
  readonly parameters: readonly ParameterSpec[]
  /** Whether a parameter belongs to this network but not to its vectors (the classifier, counters). */
  isSpare(name: string): boolean
  /** Whether its work lies in Linear layers, which 8-bit weights speed up. */
  readonly hasLinearLayers: boolean
  /** Normalised crops, float32 [n, 3, crop, crop] → vectors [n, width]. */
  forward(context: LayerContext, crops: ValueName): ValueName
}

/** A family looks for its own parameter names; null where the checkpoint is none of it. */
export type RecogniseExtractor = (tensors: WeightTensors) => AppearanceExtractor | null

/** The size of one axis of a tensor, 0 where there is no such tensor or axis: the check of all parameters tells then what is wrong. */
export const sizeOf = (tensors: WeightTensors, name: string, axis: number): number =>
  tensors.get(name)?.shape[axis] ?? 0

/** How many of `name(0)`, `name(1)`, … there are. */
export function countOf(tensors: WeightTensors, name: (index: number) => string): number {
  let count = 0
  while (tensors.has(name(count))) count += 1
  return count
}

/** `<name>.weight` and `<name>.bias`. */
export const weightAndBias = (name: string, shape: readonly number[]): ParameterSpec[] => [
  { name: `${name}.weight`, shape },
  { name: `${name}.bias`, shape: shape.slice(0, 1) },
]
