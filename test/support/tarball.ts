import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'

export interface TarEntry {
  readonly name: string
  readonly content: Uint8Array
  /** The size that the header claims. */
  readonly claimedBytes?: number
}

/** A gzipped tar archive, uncompressed inside so that chunks end anywhere. */
export function tarball(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(({ name, content, claimedBytes = content.length }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0, 100, 'latin1')
    header.write(`${claimedBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
    header.write('ustar\0', 257, 'latin1')
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]), { level: 0 })
}
