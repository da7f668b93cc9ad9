import { join, resolve } from 'node:path'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { startWorkbench, type WorkbenchSession } from '#main/hosts/start-workbench.ts'
import { webHostHandlers } from '#main/hosts/web/web-host-handlers.ts'

export const root = resolve(import.meta.dirname, '../..')

/** The workbench with the built compute process, its user data below `folder`. */
export const benchSession = (folder: string): WorkbenchSession =>
  startWorkbench({
    root,
    appVersion: 'bench',
    userData: join(folder, 'user'),
    fork: forkWithNode(join(root, 'out', 'main', 'compute.js')),
    host: webHostHandlers('bench'),
  })
