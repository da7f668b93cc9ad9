import { z } from 'zod'
import { call } from './procedure.ts'
import { device, name } from './schemas.ts'

/** Settings of one person on one machine; a JSON file in the user's data folder, outside any project. */
export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'zh-CN']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  annotator: name.default('me'),
  device: device.default('auto'),
  /** Action name → key chord, where the user changed it. */
  keys: z.record(z.string(), z.string()).default({}),
  /** Interface state that survives a restart (zoom, filters, panel widths), by view. */
  view: z.record(z.string(), z.unknown()).default({}),
})
export type Settings = z.infer<typeof settingsSchema>

export const settings = {
  get: call(z.object({}).strict())<Settings>(),
  set: call(settingsSchema.partial())<Settings>(),
}
