import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { SettingsFile } from './settings-file.ts'

/** The settings service: `set` changes the settings that were sent and leaves the others. */
export const createSettings = (settings: SettingsFile): Handlers<LecternContract>['settings'] => ({
  get: () => settings.read(),
  set: (change) => {
    const sent = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    return settings.update((known) => ({ ...known, ...sent }))
  },
})
