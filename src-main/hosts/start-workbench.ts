import { join } from 'node:path'
import { contract, type LecternContract } from '#shared/contract/contract.ts'
import { channelPair } from '#shared/rpc/channel-pair.ts'
import { connect } from '#shared/rpc/connect.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Client, Handlers } from '#shared/rpc/types.ts'
import type { ForkPort } from '#main/compute/launcher/compute-child.ts'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { createWorkbench } from '#main/workbench/create-workbench.ts'
import { watchFolder } from '#main/workbench/exchange/watch-folder.ts'
import type { MediaResponse } from '#main/workbench/media/media-response.ts'

export interface WorkbenchParts {
  /** The application's own folder, with resources/ and out/. */
  readonly root: string
  readonly appVersion: string
  /** Settings, recent projects and the sample of this person. */
  readonly userData: string
  readonly fork: ForkPort
  readonly host: Handlers<LecternContract>['host']
  /** For hosts with somebody in front: photos that come into the open project's folder become scenes. */
  readonly watchesPhotos?: boolean
}

export interface WorkbenchSession {
  readonly handlers: Handlers<LecternContract>
  readonly media: (path: string) => Promise<MediaResponse>
  /** The host's own client: the same calls that the page makes. */
  readonly client: Client<LecternContract>
  close(): Promise<void>
}

/** The workbench and its compute process, as every host starts them. */
export function startWorkbench({
  root,
  appVersion,
  userData,
  fork,
  host,
  watchesPhotos,
}: WorkbenchParts): WorkbenchSession {
  const compute = createComputeClient({ fork })
  const workbench = createWorkbench({
    appVersion,
    userDataFolder: userData,
    resourcesFolder: join(root, 'resources'),
    clock: () => new Date(),
    compute,
    host,
    pid: process.pid,
    watchFolder: watchesPhotos ? watchFolder : undefined,
    onWarning: (sentence) => void process.stderr.write(`${sentence}\n`),
  })
  const [near, far] = channelPair()
  serve(contract, workbench.handlers, far)
  return {
    handlers: workbench.handlers,
    media: (path) => workbench.media(path),
    client: connect(contract, near),
    close: async () => {
      await workbench.close()
      near.close()
      await compute.close()
    },
  }
}
