import type { PickleContext } from './pickle-error.ts'
import { PickleGlobal } from './values.ts'
import type { PickleValue } from './values.ts'

/** Makes the value that Python would get by calling the global; must check every argument. */
export type GlobalCall = (args: readonly PickleValue[], context: PickleContext, type: PickleGlobal) => PickleValue

/** Allow-listed globals by `module name`; null means that the name may appear but not be called. */
export type AllowedGlobals = ReadonlyMap<string, GlobalCall | null>

export const globalKey = (module: string, name: string): string => `${module} ${name}`
