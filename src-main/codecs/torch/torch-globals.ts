import { elementBytes } from '../elements/element-type.ts'
import type { ElementType } from '../elements/element-type.ts'
import { elementCount } from '../elements/row-major.ts'
import { globalKey } from '../pickle/allowed-globals.ts'
import type { AllowedGlobals, GlobalCall } from '../pickle/allowed-globals.ts'
import { malformed } from '../pickle/pickle-error.ts'
import type { PickleContext } from '../pickle/pickle-error.ts'
import { PickleGlobal, PickleTuple } from '../pickle/values.ts'
import type { PickleValue } from '../pickle/values.ts'
import { checkpointError } from './checkpoint-error.ts'
import { Tensor } from './tensor.ts'
import { storageClasses, torchDtypes, unsupportedStorageClasses } from './torch-types.ts'
import { TorchStorage } from './torch-storage.ts'

/** A tensor that repeats elements (stride 0) may be longer than its storage, up to here. */
const longestExpanded = 2 ** 24

function lengths(value: PickleValue | undefined, context: PickleContext): number[] {
  if (!(value instanceof PickleTuple)) throw malformed(context, 'a tensor has no shape or strides')
  return value.items.map((item) => {
    if (typeof item !== 'number' || item < 0) throw malformed(context, 'a tensor has a dimension that is no length')
    return item
  })
}

function checkBounds(tensor: Tensor, context: PickleContext): void {
  const { shape, strides, storageOffset, storage } = tensor
  const stored = Math.floor(storage.byteLength / elementBytes(tensor.dtype))
  const count = elementCount(shape)
  if (count === 0) return
  const last = shape.reduce((sum, dimension, axis) => sum + (dimension - 1) * strides[axis]!, storageOffset)
  if (last < stored && count <= Math.max(stored, longestExpanded)) return
  throw checkpointError(
    context.file,
    'out-of-bounds',
    `a tensor of shape (${shape.join(', ')}) reaches beyond its storage "${storage.key}" of ${stored} elements; the file is damaged`,
    { storage: storage.key, shape: shape.map(String), stored },
  )
}

function makeTensor(args: readonly PickleValue[], dtype: ElementType | null, context: PickleContext): Tensor {
  const [storage, storageOffset, size, stride] = args
  if (!(storage instanceof TorchStorage)) throw malformed(context, 'a tensor has no storage')
  const type = dtype ?? storage.type
  if (!type || typeof storageOffset !== 'number' || storageOffset < 0) {
    throw malformed(context, 'a tensor has no type or offset')
  }
  const shape = lengths(size, context)
  const strides = lengths(stride, context)
  if (shape.length !== strides.length) throw malformed(context, 'a tensor has more dimensions than strides')
  const tensor = new Tensor(storage, type, { shape, strides, storageOffset })
  checkBounds(tensor, context)
  return tensor
}

/** `_rebuild_tensor[_v2](storage, offset, size, stride, …)`: what follows concerns gradients. */
const rebuildTensor: GlobalCall = (args, context) => makeTensor(args, null, context)

/** `_rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype)`: over an untyped storage. */
const rebuildTypedTensor: GlobalCall = (args, context) => {
  const dtype = args[6]
  const type = dtype instanceof PickleGlobal ? torchDtypes.get(dtype.qualifiedName) : undefined
  if (!type) throw malformed(context, 'a tensor has no type')
  return makeTensor(args, type, context)
}

/** `_rebuild_parameter[_with_state](data, …)`: the parameter is its tensor. */
const rebuildParameter: GlobalCall = ([data], context) => {
  if (!(data instanceof Tensor)) throw malformed(context, 'a parameter has no tensor')
  return data
}

const size: GlobalCall = ([items], context) => {
  if (!(items instanceof PickleTuple)) throw malformed(context, 'a torch.Size has no tuple')
  return items
}

/** `torch.device(type, index)` as its text: `cpu`, `cuda:0`. */
const device: GlobalCall = (parts, context) => {
  const texts = parts.map((part) => {
    if (typeof part === 'string' || typeof part === 'number') return part
    throw malformed(context, 'a torch.device has no name')
  })
  return texts.join(':')
}

/** What checkpoints may name beside Python's and numpy's. */
export const torchGlobals: AllowedGlobals = new Map<string, GlobalCall | null>([
  ...[...storageClasses.keys(), ...unsupportedStorageClasses].map((name): [string, null] => [
    globalKey('torch', name),
    null,
  ]),
  ...[...torchDtypes.keys()].map((name): [string, null] => [globalKey('torch', name), null]),
  [globalKey('torch.storage', 'UntypedStorage'), null],
  [globalKey('torch', 'UntypedStorage'), null],
  [globalKey('torch._utils', '_rebuild_tensor'), rebuildTensor],
  [globalKey('torch._utils', '_rebuild_tensor_v2'), rebuildTensor],
  [globalKey('torch._utils', '_rebuild_tensor_v3'), rebuildTypedTensor],
  [globalKey('torch._utils', '_rebuild_parameter'), rebuildParameter],
  [globalKey('torch._utils', '_rebuild_parameter_with_state'), rebuildParameter],
  [globalKey('torch', 'Size'), size],
  [globalKey('torch', 'device'), device],
])
