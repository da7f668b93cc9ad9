import type { PickleContext } from './pickle-error.ts'
import type { PickleGlobal, PickleValue } from './values.ts'

/** Makes the value that Python would get by calling the global; must check every argument. */
export type GlobalCall = (args: readonly PickleValue[], context: PickleContext, type: PickleGlobal) => PickleValue

/** Allow-listed globals by `module name` under their current names; null means that the name may appear but not be called. */
export type AllowedGlobals = ReadonlyMap<string, GlobalCall | null>

export const globalKey = (module: string, name: string): string => `${module} ${name}`

const renamedModules: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
  ['pathlib._local', 'pathlib'],
  ['numpy._core.multiarray', 'numpy.core.multiarray'],
  ['numpy._core.numeric', 'numpy.core.numeric'],
])

const renamedBuiltins: ReadonlyMap<string, string> = new Map([
  ['long', 'int'],
  ['unicode', 'str'],
])

/**
 * A global under the name that Python 3 and both numpy lines know: Python 2 and protocols below 3 use older names, and
 * numpy 2 writes names that numpy 1 does not know.
 */
export function currentName(module: string, name: string): readonly [module: string, name: string] {
  const current = renamedModules.get(module) ?? module
  return [current, current === 'builtins' && module !== current ? (renamedBuiltins.get(name) ?? name) : name]
}
