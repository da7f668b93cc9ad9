const heic =
  'HEIC pictures are not read, since no decoder of them is free and kept well. Save it as JPEG: on an iPhone choose Settings > Camera > Formats > Most Compatible, or export it from Photos as JPEG.'
const raw =
  'it is a raw file of a camera, which only its maker can develop. Export it from the camera’s program as JPEG.'
const moving = 'GIF pictures are not read: they hold 256 colours and often move. Save the picture as JPEG or PNG.'
const jxl = 'JPEG XL pictures are not read. Save it as JPEG.'

const refused: ReadonlyMap<string, string> = new Map([
  ...['.heic', '.heif', '.hif', '.heics', '.heifs'].map((extension) => [extension, heic] as const),
  ...'.3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f'
    .split(' ')
    .map((extension) => [extension, raw] as const),
  ['.gif', moving],
  ['.jxl', jxl],
])

/** Why photos of this extension (lower case, with its dot) are not read, and what to do; null where nothing is said against it. */
export const refusedFormat = (extension: string): string | null => refused.get(extension) ?? null
