import { DefaultDict, OrderedDict } from '#main/codecs/pickle/values.ts'
import type { PickleDict } from './context-table.ts'

/** An empty dict of the same kind: dict, OrderedDict or defaultdict. */
export function sameKind(dict: PickleDict): PickleDict {
  if (dict instanceof OrderedDict) {
    const copy = new OrderedDict()
    copy.attributes = dict.attributes
    return copy
  }
  if (!(dict instanceof DefaultDict)) return new Map()
  const copy = new DefaultDict()
  copy.factory = dict.factory
  return copy
}
