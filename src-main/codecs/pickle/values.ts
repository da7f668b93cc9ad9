/**
 * What a pickle holds, as values that can be written back as what they were:
 *
 * | Python                 | here                                                                       |
 * | ---------------------- | -------------------------------------------------------------------------- |
 * | None, bool, str        | null, boolean, string                                                      |
 * | int                    | number where it is safe, else bigint                                       |
 * | float                  | PickleFloat, always: 1.0 must not come back as the int 1                   |
 * | bytes, bytearray       | Uint8Array, PickleByteArray                                                |
 * | list, tuple            | Array, PickleTuple                                                         |
 * | dict                   | Map (order and key types kept), OrderedDict, DefaultDict                   |
 * | set, frozenset         | Set, FrozenSet                                                             |
 * | pathlib paths          | string                                                                     |
 * | numpy                  | NdArray, NumpyScalar, NumpyDtype (numpy-dtype.ts, nd-array.ts)             |
 * | an allow-listed class  | PickleGlobal: a name, never anything to call                               |
 *
 * The writer also takes plain numbers: integers become int, all others float.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickleExtension

/** Base of every value that is an object of ours: numpy arrays, torch tensors, wrapped Python types. */
export abstract class PickleExtension {
  /** The values inside, for whoever walks the tree. */
  children(): readonly PickleValue[] {
    return noChildren
  }
}

const noChildren: readonly PickleValue[] = []

/** A Python float. */
export class PickleFloat extends PickleExtension {
  readonly value: number

  constructor(value: number) {
    super()
    this.value = value
  }
}

/** A Python tuple. */
export class PickleTuple extends PickleExtension {
  readonly items: readonly PickleValue[]

  constructor(items: readonly PickleValue[]) {
    super()
    this.items = items
  }

  override children(): readonly PickleValue[] {
    return this.items
  }
}

/** A Python bytearray. */
export class PickleByteArray extends PickleExtension {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    super()
    this.bytes = bytes
  }
}

/** A collections.OrderedDict; `attributes` are what torch hangs on state dicts (`_metadata`). */
export class OrderedDict extends Map<PickleValue, PickleValue> {
  attributes: Map<PickleValue, PickleValue> | null = null
}

/** A collections.defaultdict with the name of its factory, which is never called. */
export class DefaultDict extends Map<PickleValue, PickleValue> {
  factory: PickleGlobal | null = null
}

/** A Python frozenset. */
export class FrozenSet extends Set<PickleValue> {
  readonly frozen = true
}

/** An allow-listed class or function, by name. */
export class PickleGlobal extends PickleExtension {
  readonly module: string
  readonly qualifiedName: string

  constructor(module: string, qualifiedName: string) {
    super()
    this.module = module
    this.qualifiedName = qualifiedName
  }
}

/** An object of an allow-listed plain data class (argparse.Namespace): its class and attributes. */
export class PickleObject extends PickleExtension {
  readonly type: PickleGlobal
  attributes: Map<PickleValue, PickleValue> = new Map()

  constructor(type: PickleGlobal) {
    super()
    this.type = type
  }

  override children(): readonly PickleValue[] {
    return [...this.attributes.keys(), ...this.attributes.values()]
  }
}
