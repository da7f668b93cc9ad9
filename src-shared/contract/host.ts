import { z } from 'zod'
import { call, stream } from './procedure.ts'
import { nothing, path } from './schemas.ts'

export interface HostInfo {
  readonly kind: 'electron' | 'web'
  readonly appVersion: string
  readonly platform: string
  /** Locale of the system, BCP 47. */
  readonly locale: string
  /** True where `pick` shows the system's own dialogs; elsewhere the page offers its own over `listFolder`. */
  readonly nativeDialogs: boolean
  readonly home: string
}

export interface FolderEntry {
  readonly name: string
  readonly path: string
  readonly kind: 'folder' | 'file'
  readonly bytes: number | null
  /** True for a folder that is a Lectern project. */
  readonly isProject: boolean
}

const pickInput = z.object({
  purpose: z.enum(['open-folder', 'open-file', 'save-file', 'save-folder']),
  title: z.string(),
  /** File extensions without the dot; empty for any. */
  extensions: z.array(z.string()).default([]),
  suggestedName: z.string().nullable().default(null),
})

/** A command that a menu or a file dropped on the window asks of the page. */
export type HostCommand =
  { readonly kind: 'action'; readonly action: string } | { readonly kind: 'open'; readonly paths: readonly string[] }

export const host = {
  info: call(nothing)<HostInfo>(),
  /** The system's dialog; null where the user cancelled. Refused with `host.no-dialogs` where there are none. */
  pick: call(pickInput)<string | null>(),
  listFolder: call(z.object({ folder: path.nullable() }))<{
    readonly folder: string
    readonly parent: string | null
    readonly entries: readonly FolderEntry[]
  }>(),
  createFolder: call(z.object({ folder: path }))<null>(),
  /** Shows a written file in the system's file manager, where there is one. */
  reveal: call(z.object({ path }))<boolean>(),
  commands: stream(nothing)<HostCommand>(),
}
