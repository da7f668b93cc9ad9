import type { ByteWindow } from './byte-window.ts'

const notAPhoto = 'it is no JPEG, PNG, WebP, AVIF, BMP or TIFF picture'

/** What a file is that has a photo's name and is none, as the end of a sentence: told by its first bytes. */
export function nameContent(window: ByteWindow): string {
  if (window.size === 0) return 'it is empty (0 bytes)'
  const head = window.text(0, Math.min(window.size, 16)) ?? ''
  const kind = kinds.find(([pattern]) => pattern.test(head))
  return kind ? `${notAPhoto} but ${kind[1]}` : notAPhoto
}

const kinds: readonly (readonly [RegExp, string])[] = [
  [/^.{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/s, 'a HEIC picture by another name'],
  [/^.{4}ftyp/s, 'a video'],
  [/^\xff\xd8\xff/, 'the beginning of a JPEG'],
  [/^\x89PNG/, 'the beginning of a PNG'],
  [/^GIF8/, 'a GIF'],
  [/^%PDF/, 'a PDF'],
  [/^PK\W\W/s, 'a ZIP archive or an Office document'],
  [/^(\xff\n|.{4}JXL )/s, 'a JPEG XL picture'],
  [/^RIFF.{4}(AVI |WAVE)/s, 'a video or sound'],
  [/^\s*<(!doctype|html|\?xml|svg)/i, 'a web page or drawing'],
  [/^(II\*|MM.\*)/s, 'a TIFF without a picture'],
]
