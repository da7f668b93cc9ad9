/** Path of a Chromium that is installed, or null. */
export function findChromium(): string | null
/** The same, installing one where there is none and it can. */
export function ensureChromium(say: (text: string) => void): string
