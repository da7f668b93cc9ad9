import { buildArray, buildDtype } from './numpy-state.ts'
import { NdArray } from './nd-array.ts'
import { NumpyDtype } from './numpy-dtype.ts'
import { malformed } from './pickle-error.ts'
import type { PickleContext } from './pickle-error.ts'
import { OrderedDict, PickleObject } from './values.ts'
import type { PickleValue } from './values.ts'

/** BUILD: gives an object its state. Only what we made ourselves has any. */
export function buildValue(target: PickleValue, state: PickleValue, context: PickleContext): void {
  if (target instanceof NdArray) buildArray(target, state, context)
  else if (target instanceof NumpyDtype) buildDtype(target, state, context)
  else if (target instanceof OrderedDict && state instanceof Map) target.attributes = state
  else if (target instanceof PickleObject && state instanceof Map) target.attributes = state
  else throw malformed(context, 'a state is given to what has none')
}
