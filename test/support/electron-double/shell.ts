import type { Desktop } from './desktop.ts'

/** What leaves for other programs is only written down. */
export const doubleShell = ({ calls }: Desktop) =>
  ({
    openExternal: (url) => {
      calls.push(['shell.openExternal', url])
      return Promise.resolve()
    },
    showItemInFolder: (path) => void calls.push(['shell.showItemInFolder', path]),
  }) satisfies Partial<Electron.Shell>
