import { homedir } from 'node:os'
import { AppError } from '#shared/contract/app-error.ts'
import type { host } from '#shared/contract/host.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { createFolder, listFolder } from '../folders.ts'

export type HostHandlers = Handlers<{ host: typeof host }>['host']

/** What a browser cannot do the page does itself: it picks files over `listFolder`. */
export const webHostHandlers = (appVersion: string): HostHandlers => ({
  info: () => ({
    kind: 'web',
    appVersion,
    platform: process.platform,
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
    nativeDialogs: false,
    home: homedir(),
  }),
  pick: () => {
    throw new AppError('host.no-dialogs', 'A browser has no dialogs for files of this machine; the page shows its own.')
  },
  listFolder: ({ folder }) => listFolder(folder),
  createFolder: ({ folder }) => createFolder(folder),
  reveal: () => false,
  // A browser has no menu of ours: nothing ever comes.
  commands: async function* (_input, { signal }) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    yield* []
  },
})
