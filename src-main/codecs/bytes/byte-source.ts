/**
 * Random access to bytes that may be too many to hold: the only way in which codecs see a file.
 * `readInto` fills the whole of `target` from `offset` on; callers stay inside `size`.
 */
export interface ByteSource {
  readonly size: number
  read(offset: number, length: number): Uint8Array
  readInto(offset: number, target: Uint8Array): void
}

/** Reads at most `target.byteLength` bytes at `offset` and answers how many it got (as `fs.readSync` does). */
export type PositionedRead = (target: Uint8Array, offset: number) => number

/** One system call reads at most 2 GiB minus a page on Linux, and Node refuses 2 GiB; a quarter of that costs nothing. */
const longestReadBytes = 2 ** 29

/** A source over bytes that are already in memory; `read` gives views, not copies. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    readInto: (offset, target) => target.set(bytes.subarray(offset, offset + target.byteLength)),
  }
}

/**
 * A source over a positioned read, as in
 * `positionedSource(fstatSync(fd).size, (target, offset) => readSync(fd, target, 0, target.byteLength, offset))`.
 * Files beyond 2 GiB are read in pieces. Throws a plain Error when the file shrinks while it is read.
 */
export function positionedSource(size: number, readAt: PositionedRead): ByteSource {
  const readInto = (offset: number, target: Uint8Array): void => {
    let done = 0
    while (done < target.byteLength) {
      const piece = target.subarray(done, Math.min(done + longestReadBytes, target.byteLength))
      const got = readAt(piece, offset + done)
      if (got <= 0) throw new Error(`the file ended at byte ${offset + done} although it is ${size} bytes long`)
      done += got
    }
  }
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    readInto(offset, bytes)
    return bytes
  }
  return { size, read, readInto }
}
