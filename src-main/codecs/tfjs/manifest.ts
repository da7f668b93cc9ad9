import { z } from 'zod'

/** What is read of a `model.json` (TensorFlow.js, format `graph-model`); protobuf's JSON form gives int64 as text. */

const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
])

const attribute = z.object({
  i: wholeNumber.optional(),
  f: z.number().optional(),
  b: z.boolean().optional(),
  /** Base64. */
  s: z.string().optional(),
  list: z.object({ i: z.array(wholeNumber).max(64).optional() }).optional(),
})
export type AttributeEntry = z.infer<typeof attribute>

const node = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).optional(),
  attr: z.record(z.string(), attribute).optional(),
})
export type NodeEntry = z.infer<typeof node>

const weight = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()).max(8),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: z
    .object({
      dtype: z.enum(['float16', 'uint8', 'uint16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
})
export type WeightEntry = z.infer<typeof weight>

const mostNodes = 50_000

export const manifest = z.object({
  format: z.literal('graph-model'),
  modelTopology: z.object({ node: z.array(node).max(mostNodes) }),
  weightsManifest: z.array(
    z.object({
      /** Files beside the model.json, to be read one after the other. */
      paths: z.array(z.string()).min(1),
      weights: z.array(weight).max(mostNodes),
    }),
  ),
})
