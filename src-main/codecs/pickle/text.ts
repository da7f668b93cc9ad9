import { Buffer } from 'node:buffer'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Searched for rather than matched against the whole: a greedy match of a long text overflows the matcher's stack. */
const notAscii = /[^\0-\x7f]/

/**
 * UTF-8 as Python writes it: lone surrogates (file names that were no UTF-8) are kept, which JavaScript strings can hold too.
 * Null when the bytes are no such text.
 */
export function decodeText(bytes: Buffer, start: number, end: number): string | null {
  const text = bytes.toString('latin1', start, end)
  if (!notAscii.test(text)) return text
  try {
    return strict.decode(bytes.subarray(start, end))
  } catch {
    return decodeWithSurrogates(bytes.subarray(start, end))
  }
}

/** Rare path: replaces every three-byte surrogate (ED A0..BF 80..BF) on its own and decodes the stretches between strictly. */
function decodeWithSurrogates(bytes: Uint8Array): string | null {
  const parts: string[] = []
  let from = 0
  const flush = (to: number): boolean => {
    try {
      parts.push(strict.decode(bytes.subarray(from, to)))
      return true
    } catch {
      return false
    }
  }
  for (let at = 0; at + 2 < bytes.length; at += 1) {
    if (bytes[at] !== 0xed || bytes[at + 1]! < 0xa0) continue
    if (!flush(at)) return null
    parts.push(String.fromCharCode(0xd000 | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)))
    from = at + 3
    at += 2
  }
  return from > 0 && flush(bytes.length) ? parts.join('') : null
}

/** The escapes of protocol 0's `V` lines: only \uXXXX and \UXXXXXXXX. */
export function unescapeUnicodeLine(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (escape, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : escape
  })
}

const namedEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** The quoted Python literal of protocol 0's `S` lines as latin-1 text; null when it is not quoted. */
export function unescapeStringLine(line: string): string | null {
  const quoted = line.trim()
  const quote = quoted[0]
  if (quoted.length < 2 || (quote !== "'" && quote !== '"') || quoted.at(-1) !== quote) return null
  return quoted
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g,
      (escape, hex?: string, octal?: string, named?: string) => {
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
        return namedEscapes[named ?? ''] ?? escape
      },
    )
}

/** The inverse of decodeText: UTF-8 with lone surrogates as three bytes each (Python's `surrogatepass`). */
export function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const parts = Array.from(text, (character) => {
    const code = character.codePointAt(0)!
    const surrogate = code >= 0xd800 && code <= 0xdfff
    return surrogate
      ? Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)])
      : Buffer.from(character, 'utf8')
  })
  return Buffer.concat(parts)
}
