import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const windowState = z.object({
  bounds: z.object({
    x: z.int().optional(),
    y: z.int().optional(),
    width: z.int().min(640).max(20_000),
    height: z.int().min(480).max(20_000),
  }),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

const fresh: WindowState = { bounds: { width: 1440, height: 900 }, maximized: false }

/** Where the window was when it last closed; a missing or damaged file gives the first window again. */
export function readWindowState(file: string): WindowState {
  try {
    return windowState.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return fresh
  }
}

export function writeWindowState(file: string, state: WindowState): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(state))
  renameSync(`${file}.new`, file)
}
