import { useNotices } from './notices.ts'
import { useSession, type LecternClient } from './session.ts'

/** Feeds every value of a stream to `onValue`, opening the stream anew after each reconnection. */
export function followStream<T>(open: (client: LecternClient) => AsyncIterable<T>, onValue: (value: T) => void): void {
  const notices = useNotices()
  useSession().onConnected((client) => {
    const follow = async () => {
      try {
        for await (const value of open(client)) onValue(value)
      } catch (error) {
        notices.report(error)
      }
    }
    void follow()
    return Promise.resolve()
  })
}
