import type { PickleValue } from '../pickle/values.ts'
import { checkpointError } from './checkpoint-error.ts'
import { Tensor } from './tensor.ts'

type Dict = Map<PickleValue, PickleValue>

export interface StateDict {
  readonly tensors: Map<string, Tensor>
  /** What stood beside the tensors and on the way to them (epoch, optimizer, arguments). */
  readonly extra: Map<string, PickleValue>
  /** Keys that led to the state dict: `['model']`. */
  readonly path: readonly string[]
}

/** Keys under which training programs keep their state dict, the most telling first. */
const usualKeys = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'weights', 'params', 'ema']
/** What DataParallel and torch.compile put before every name. */
const wrapperPrefixes = ['module.', '_orig_mod.']
const deepestSearch = 8

const holdsTensors = (dict: Dict): boolean => [...dict.values()].some((value) => value instanceof Tensor)

/** Finds the state dict at the top or under the usual keys; strips the prefixes of wrappers from its names. */
export function findStateDict(value: PickleValue, file: string): StateDict {
  if (!(value instanceof Map)) {
    throw checkpointError(file, 'no-tensors', 'it holds no dict of tensors; save model.state_dict() with torch.save')
  }
  const path: string[] = []
  const extra = new Map<string, PickleValue>()
  let dict: Dict = value
  for (let depth = 0; depth < deepestSearch; depth += 1) {
    const key = nestedKey(dict, file)
    for (const [name, beside] of dict) {
      if (name !== key && typeof name === 'string' && !(beside instanceof Tensor)) extra.set(name, beside)
    }
    if (key === null) break
    dict = dict.get(key) as Dict
    path.push(key)
  }
  return { tensors: stripWrappers(namedTensors(dict, file)), extra, path }
}

/** The key of the dict to look into next; null where the tensors are right here. */
function nestedKey(dict: Dict, file: string): string | null {
  const nested = usualKeys.find((key) => {
    const inner = dict.get(key)
    return inner instanceof Map && (holdsTensors(inner) || usualKeys.some((deeper) => inner.get(deeper) instanceof Map))
  })
  if (nested !== undefined) return nested
  if (holdsTensors(dict)) return null
  const candidates = [...dict].flatMap(([key, inner]) =>
    typeof key === 'string' && inner instanceof Map && holdsTensors(inner) ? [key] : [],
  )
  if (candidates.length > 1) {
    throw checkpointError(
      file,
      'ambiguous',
      `it holds several sets of tensors (${candidates.slice(0, 8).join(', ')}); save the one that is meant`,
      { keys: candidates.slice(0, 8) },
    )
  }
  const [only] = candidates
  if (only === undefined) {
    throw checkpointError(file, 'no-tensors', 'there are no tensors in it; save model.state_dict() with torch.save')
  }
  return only
}

function namedTensors(dict: Dict, file: string): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>()
  for (const [name, tensor] of dict) {
    if (!(tensor instanceof Tensor)) continue
    if (typeof name !== 'string') throw checkpointError(file, 'malformed', 'a tensor has a name that is no text')
    tensors.set(name, tensor)
  }
  return tensors
}

function stripWrappers(tensors: Map<string, Tensor>): Map<string, Tensor> {
  const prefix = wrapperPrefixes.find((wrapper) => [...tensors.keys()].every((name) => name.startsWith(wrapper)))
  if (prefix === undefined || tensors.size === 0) return tensors
  return stripWrappers(new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor])))
}
