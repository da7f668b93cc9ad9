import { z } from 'zod'
import { call } from './procedure.ts'
import { device, name } from './schemas.ts'

const fields = {
  language: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  annotator: name,
  device,
  /** Whether photos that come into the folder of the open project become scenes by themselves. */
  watchPhotos: z.boolean(),
  /** Action name → key chord, where the user changed it. */
  keys: z.record(z.string(), z.string()),
  /** Interface state that survives a restart (zoom, filters, panel widths), by view. */
  view: z.record(z.string(), z.unknown()),
}

/** Settings of one person on one machine; a JSON file in the user's data folder, outside any project. */
export const settingsSchema = z.object({
  language: fields.language.default('system'),
  theme: fields.theme.default('system'),
  annotator: fields.annotator.default('me'),
  device: fields.device.default('auto'),
  watchPhotos: fields.watchPhotos.default(true),
  keys: fields.keys.default({}),
  view: fields.view.default({}),
})
export type Settings = z.infer<typeof settingsSchema>

/** Without defaults: `settingsSchema.partial()` would fill in what was not sent, and so reset it. */
const settingsChange = z.object(fields).partial()

export const settings = {
  get: call(z.object({}).strict())<Settings>(),
  set: call(settingsChange)<Settings>(),
}
