export interface ByteCache {
  /** The bytes known under `key`, else those that `make` makes, once however many ask at the same time. */
  get(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>
}

/** Keeps what was used last, up to `limitBytes`. */
export function createByteCache(limitBytes: number): ByteCache {
  const kept = new Map<string, Uint8Array>()
  const making = new Map<string, Promise<Uint8Array>>()
  let bytes = 0

  const keep = (key: string, value: Uint8Array): void => {
    kept.set(key, value)
    bytes += value.byteLength
    for (const [oldest, { byteLength }] of kept) {
      if (bytes <= limitBytes) break
      kept.delete(oldest)
      bytes -= byteLength
    }
  }

  return {
    get: async (key, make) => {
      const known = kept.get(key)
      if (known) {
        kept.delete(key)
        kept.set(key, known)
        return known
      }
      const promise = making.get(key) ?? make().finally(() => making.delete(key))
      making.set(key, promise)
      const value = await promise
      if (!kept.has(key)) keep(key, value)
      return value
    },
  }
}
