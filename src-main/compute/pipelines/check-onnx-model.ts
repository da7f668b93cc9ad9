import { realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { OnnxGraph, OnnxModel, OnnxTensor } from '#main/codecs/onnx/model.ts'

/** Operator sets that ONNX Runtime brings along. */
const knownDomains: readonly string[] = ['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']

/**
 * Refuses a user's `.onnx` file that ONNX Runtime cannot run or that would read other files than those beside it.
 *
 * @throws AppError onnx.custom-operator, onnx.external-data-outside, onnx.external-data-missing
 */
export function checkOnnxModel(model: OnnxModel, file: string): void {
  const localFunctions = new Set(model.localFunctions)
  for (const graph of graphsOf(model.graph)) {
    for (const { domain, operator } of graph.nodes) {
      if (!knownDomains.includes(domain) && !localFunctions.has(`${domain}::${operator}`)) {
        throw customOperator(file, domain, operator)
      }
    }
    for (const tensor of tensorsOf(graph)) checkExternalData(tensor, file)
  }
}

function* graphsOf(graph: OnnxGraph): Generator<OnnxGraph> {
  yield graph
  for (const { attributes } of graph.nodes) {
    for (const attribute of attributes.values()) {
      if (attribute.kind === 'graph') yield* graphsOf(attribute.value)
      if (attribute.kind === 'graphs') for (const inner of attribute.value) yield* graphsOf(inner)
    }
  }
}

function* tensorsOf({ initializers, nodes }: OnnxGraph): Generator<OnnxTensor> {
  yield* initializers
  for (const { attributes } of nodes) {
    for (const attribute of attributes.values()) {
      if (attribute.kind === 'tensor') yield attribute.value
      if (attribute.kind === 'tensors') yield* attribute.value
    }
  }
}

const customOperator = (file: string, domain: string, operator: string): AppError =>
  new AppError(
    'onnx.custom-operator',
    `${file} uses the operator ${operator} of ${domain}, which ONNX Runtime does not have. Export the model with ONNX's own operators.`,
    { file, domain, operator },
  )

function checkExternalData({ name, data }: OnnxTensor, file: string): void {
  if (data.kind !== 'external') return
  const { location, offset, length } = data
  const folder = dirname(realPath(file) ?? file)
  const path = resolve(folder, location)
  const real = realPath(path)
  if (isAbsolute(location) || !isInside(path, folder) || (real !== null && !isInside(real, folder))) {
    throw new AppError(
      'onnx.external-data-outside',
      `${file} keeps the weight ${name} in ${location}, outside its own folder, which is not read. Put the weights beside the model and export it again.`,
      { file, tensor: name, location },
    )
  }
  if (real === null || statSync(real).size < offset + (length ?? 0)) {
    const why = real === null ? 'is not there' : 'ends before the weight does'
    throw new AppError(
      'onnx.external-data-missing',
      `${file} keeps the weight ${name} in ${location}, which ${why}. Copy the model again together with the files beside it.`,
      { file, tensor: name, location },
    )
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** null where there is no such file. */
function realPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
