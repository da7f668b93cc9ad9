import { guard } from './guard.ts'

/** A frame as a test describes it: its address and what it lies in. */
export interface FrameFacts {
  readonly url: string
  readonly parent?: FrameFacts | null
}

export interface FrameSender {
  send(channel: string, ...args: unknown[]): void
  postMessage(channel: string, message: unknown, transfer?: Electron.MessagePortMain[]): void
}

type DoubledFrame = Pick<Electron.WebFrameMain, 'url' | 'origin' | 'parent' | 'detached' | 'send' | 'postMessage'>

/** WebFrameMain of a document that sends to main. */
export function makeFrame({ url, parent }: FrameFacts, sender: FrameSender): DoubledFrame {
  const frame = {
    url,
    origin: new URL(url).origin,
    parent: parent ? (makeFrame(parent, sender) as Electron.WebFrameMain) : null,
    detached: false,
    send: (channel, ...args: unknown[]) => sender.send(channel, ...args),
    postMessage: (channel, message, transfer) => sender.postMessage(channel, message, transfer),
  } satisfies DoubledFrame
  return guard('WebFrameMain', frame)
}
