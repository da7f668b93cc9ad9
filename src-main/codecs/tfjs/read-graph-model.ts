import { Buffer } from 'node:buffer'
import type { z } from 'zod'
import type { TfAttribute, TfGraphModel, TfNode, TfTensor } from './graph-model.ts'
import { manifest } from './manifest.ts'
import type { AttributeEntry, NodeEntry } from './manifest.ts'
import { readWeights } from './read-weights.ts'
import { tfjsError } from './tfjs-error.ts'

export interface GraphModelFiles {
  /** For error sentences: the model.json. */
  readonly file: string
  /** The bytes of model.json. */
  readonly model: Uint8Array
  /** The bytes of a file of weights beside it; only plain file names are asked for. */
  readonly shard: (name: string) => Uint8Array
}

const mostModelBytes = 64 * 2 ** 20

/**
 * A TensorFlow.js graph model. Names are unique, weights have as many bytes as their shapes say; whether the graph can
 * be run is for its converter to say.
 * @throws AppError `tfjs.not-json`, `tfjs.malformed`, `tfjs.weights-size`, and what `shard` throws
 */
export function readGraphModel({ file, model, shard }: GraphModelFiles): TfGraphModel {
  const { modelTopology, weightsManifest } = parseManifest(file, model)
  const nodes = new Map<string, TfNode>()
  for (const entry of modelTopology.node) {
    if (nodes.has(entry.name)) throw tfjsError(file, 'malformed', `it has two nodes named "${entry.name}"`)
    nodes.set(entry.name, toNode(entry))
  }
  const weights = new Map<string, TfTensor>()
  for (const group of weightsManifest) {
    const bytes = group.paths.map((name) => shard(plainName(file, name)))
    for (const [name, tensor] of readWeights(group.weights, joined(bytes), file)) {
      if (weights.has(name)) throw tfjsError(file, 'malformed', `it has two weights named "${name}"`)
      weights.set(name, tensor)
    }
  }
  return { nodes, weights }
}

function parseManifest(file: string, model: Uint8Array): z.infer<typeof manifest> {
  if (model.byteLength > mostModelBytes) {
    throw tfjsError(
      file,
      'malformed',
      `its graph takes ${model.byteLength} bytes, more than ${mostModelBytes} are not read`,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(model))
  } catch {
    throw tfjsError(file, 'not-json', 'it is no JSON text; choose the model.json of a TensorFlow.js graph model')
  }
  const parsed = manifest.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const place = path.map(String).join('.')
  throw tfjsError(
    file,
    'malformed',
    `it is no TensorFlow.js graph model (${place === '' ? 'at its root' : place}: ${message})`,
    { place },
  )
}

function plainName(file: string, name: string): string {
  if (/^[\w-][\w. -]*$/.test(name)) return name
  throw tfjsError(file, 'malformed', `its weights are said to lie in "${name}", which is no plain file name`, { name })
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts))
}

function toNode({ name, op, input, attr }: NodeEntry): TfNode {
  const attributes = Object.entries(attr ?? {}).flatMap(([key, entry]): [string, TfAttribute][] => {
    const attribute = toAttribute(entry)
    return attribute ? [[key, attribute]] : []
  })
  const inputs = (input ?? []).filter((source) => !source.startsWith('^'))
  return { name, operator: op, inputs, attributes: new Map(attributes) }
}

function toAttribute({ i, f, b, s, list }: AttributeEntry): TfAttribute | null {
  if (i !== undefined) return { kind: 'integer', value: i }
  if (f !== undefined) return { kind: 'float', value: f }
  if (b !== undefined) return { kind: 'boolean', value: b }
  if (s !== undefined) return { kind: 'text', value: Buffer.from(s, 'base64').toString('utf8') }
  return list ? { kind: 'integers', value: list.i ?? [] } : null
}
