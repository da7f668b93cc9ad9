import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError } from '#shared/contract/app-error.ts'
import { contract, type LecternContract } from '#shared/contract/contract.ts'
import type { HostInfo } from '#shared/contract/host.ts'
import { connect } from '#shared/rpc/connect.ts'
import type { Client } from '#shared/rpc/types.ts'
import type { Bridge } from '../bridge/bridge.ts'

export type LecternClient = Client<LecternContract>
export type Connection = 'connecting' | 'open' | 'lost'
type Follower = (client: LecternClient) => Promise<unknown>

const firstRetryMs = 300
const longestRetryMs = 8000

/** The connection to the workbench: opened once, mended by itself, and the only place that holds the client. */
export const useSession = defineStore('session', () => {
  const bridge = shallowRef<Bridge | null>(null)
  const client = shallowRef<LecternClient | null>(null)
  const host = shallowRef<HostInfo | null>(null)
  const connection = ref<Connection>('connecting')
  const followers: Follower[] = []

  /** Connects, and connects again whenever the channel closes. Resolves when the connection stands. */
  async function start(newBridge: Bridge): Promise<void> {
    bridge.value = newBridge
    let retryMs = firstRetryMs
    for (;;) {
      try {
        return await open(newBridge)
      } catch {
        if (retryMs > firstRetryMs) connection.value = 'lost'
        await wait(retryMs)
        retryMs = Math.min(retryMs * 2, longestRetryMs)
      }
    }
  }

  async function open(newBridge: Bridge): Promise<void> {
    const channel = await newBridge.connect()
    const opened = connect(contract, channel)
    host.value = await opened.host.info({})
    client.value = opened
    connection.value = 'open'
    channel.onClose(() => {
      client.value = null
      connection.value = 'lost'
      void start(newBridge)
    })
    await Promise.all(followers.map((follower) => follower(opened)))
  }

  /** Calls `follower` with the client now (if there is one) and after every reconnection. */
  function onConnected(follower: Follower): void {
    followers.push(follower)
    if (client.value) void follower(client.value)
  }

  /** The client, or `rpc.disconnected` while there is none. */
  function api(): LecternClient {
    if (client.value) return client.value
    throw new AppError('rpc.disconnected', 'The connection to Lectern was lost. It is being opened again.')
  }

  const mediaUrl = (mediaPath: string): string => bridge.value?.mediaUrl(mediaPath) ?? ''
  const pathForFile = (file: File): string | null => bridge.value?.pathForFile(file) ?? null

  return { client, host, connection, start, onConnected, api, mediaUrl, pathForFile }
})

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
