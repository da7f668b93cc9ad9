import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError } from '#shared/contract/app-error.ts'
import type { Runtime } from './runtime.ts'
import type { PlainTensor, TensorData } from './tensor.ts'

/** A graph whose weights lie in files of a folder: a user's checkpoint is read where it is. */
export interface GraphOverWeights {
  readonly graph: Uint8Array
  readonly weightsFolder: string
}

/** A model as bytes of a `.onnx` file, as its path where it may keep weights in files beside it, or as a graph over weights. */
export type ModelFile = Uint8Array | string | GraphOverWeights

/** A model loaded on one execution provider. */
export interface ModelSession {
  readonly outputNames: readonly string[]
  /** Runs the model once; blocks this process until it is done. */
  run(feeds: Readonly<Record<string, PlainTensor>>): Promise<ReadonlyMap<string, PlainTensor>>
  release(): Promise<void>
}

export interface SessionOptions {
  readonly provider: string
  /** Refuse to load where any operator would run on the CPU instead of `provider`. */
  readonly onlyProvider: boolean
}

const onlyErrors = 3

/** Loads a model on exactly one provider. Throws ONNX Runtime's own error; callers know what they asked for. */
export async function openSession(runtime: Runtime, model: ModelFile, options: SessionOptions): Promise<ModelSession> {
  const session = await create(runtime, model, options)
  return {
    outputNames: session.outputNames,
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(([name, tensor]) => [name, toRuntime(runtime, tensor)] as const)
      const results = await session.run(Object.fromEntries(tensors))
      return new Map(Object.entries(results).map(([name, value]) => [name, fromRuntime(name, value)]))
    },
    release: () => session.release(),
  }
}

function create(runtime: Runtime, model: ModelFile, options: SessionOptions): Promise<InferenceSession> {
  const settings = (session: Readonly<Record<string, string>>): InferenceSession.SessionOptions => ({
    executionProviders: [options.provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: onlyErrors,
    extra: { session: { ...session, ...(options.onlyProvider ? { disable_cpu_ep_fallback: '1' } : {}) } },
  })
  if (typeof model === 'string') return runtime.InferenceSession.create(model, settings({}))
  if (model instanceof Uint8Array) return runtime.InferenceSession.create(model, settings({}))
  return runtime.InferenceSession.create(model.graph, {
    ...settings({ model_external_initializers_file_folder_path: model.weightsFolder }),
    // Planned memory on top of weights of hundreds of megabytes: a ConvNeXt-Base took 1,600 MB at its peak with it, 640 without.
    enableMemPattern: false,
  })
}

function toRuntime(runtime: Runtime, tensor: PlainTensor): Tensor {
  return new runtime.Tensor(tensor.type as 'float32', tensor.data as Float32Array, tensor.dimensions)
}

const knownTypes: readonly string[] = ['float32', 'float64', 'int32', 'int64', 'bool', 'uint8']

function fromRuntime(name: string, tensor: Tensor): PlainTensor {
  if (!knownTypes.includes(tensor.type)) {
    throw new AppError(
      'model.output-type-unsupported',
      `The model's output "${name}" has type ${tensor.type}, which Lectern does not read. Export the model with float32 outputs.`,
      { output: name, type: tensor.type },
    )
  }
  const type = tensor.type as PlainTensor['type']
  return { type, dimensions: tensor.dims, data: tensor.data as TensorData }
}
