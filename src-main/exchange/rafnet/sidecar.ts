import { existsSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'

/** Names under which RAFNet's tools keep the context of a feature file, the likeliest first. */
function sidecarNames(file: string): string[] {
  const { name, ext } = parse(file)
  const stem = name.replace(/_features$/, '')
  return [...new Set([`${stem}_context${ext}`, `${name}_context${ext}`])]
}

/** The context file beside a feature file (`X_features.pkl` → `X_context.pkl`, else `<stem>_context.pkl`), or null. */
export function findSidecar(file: string): string | null {
  const candidates = sidecarNames(file).map((name) => join(dirname(file), name))
  return candidates.find((candidate) => candidate !== file && existsSync(candidate)) ?? null
}

/** Where an export puts the context of `file`, when its source kept it beside. */
export const sidecarOf = (file: string): string => join(dirname(file), sidecarNames(file)[0]!)
