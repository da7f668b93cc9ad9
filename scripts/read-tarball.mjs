// Reads some files of a `.tgz` without a tar program: 512-byte headers (POSIX ustar), each followed by its file, padded to 512.
import { Buffer } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

const block = 512
const upToBlock = (bytes) => Math.ceil(bytes / block) * block

/**
 * The wanted entries of a gzipped tar archive as Map of name → bytes; `wanted` is a Map of name → its largest size. Ends
 * as soon as all were found. Throws where the archive is damaged, an entry is too long or one is missing.
 */
export async function readTarball(file, wanted) {
  const found = new Map()
  const archive = createReadStream(file)
  const bytes = archive.pipe(createGunzip())
  archive.on('error', (error) => bytes.destroy(error))
  let rest = Buffer.alloc(0)
  let skip = 0
  let entry = null
  for await (const chunk of bytes) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    for (;;) {
      const passed = Math.min(skip, rest.length)
      skip -= passed
      rest = rest.subarray(passed)
      const size = entry ? entry.size : block
      if (skip > 0 || rest.length < size) break
      if (entry) {
        found.set(entry.name, Buffer.from(rest.subarray(0, size)))
        skip = upToBlock(size)
        entry = null
        if (found.size === wanted.size) return found
      } else {
        const header = parseHeader(rest)
        rest = rest.subarray(block)
        const most = wanted.get(header.name)
        if (most === undefined) skip = upToBlock(header.size)
        else if (header.size > most) throw new Error(`${header.name} is ${header.size} bytes long, more than ${most}`)
        else entry = header
      }
    }
  }
  const missing = [...wanted.keys()].filter((name) => !found.has(name))
  throw new Error(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not in the archive`)
}

/** Name and size; the two empty blocks at an archive's end read as an empty name of no size. */
function parseHeader(bytes) {
  const text = (start, length) => bytes.toString('latin1', start, start + length).replace(/\0.*$/s, '')
  const name = [text(345, 155), text(0, 100)].filter(Boolean).join('/')
  const octal = text(124, 12).trim()
  if (!/^[0-7]*$/.test(octal)) throw new Error('the archive is damaged')
  return { name, size: octal === '' ? 0 : parseInt(octal, 8) }
}
