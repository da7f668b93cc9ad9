import { join } from 'node:path'
import { settingsSchema, type Settings } from '#shared/contract/settings.ts'
import { createJsonFile, type JsonFile } from '../json-file.ts'

export type SettingsFile = JsonFile<Settings>

/** Settings of one person: `settings.json` in their data folder. */
export const createSettingsFile = (userDataFolder: string, onDamaged: (keptAs: string) => void): SettingsFile =>
  createJsonFile({ file: join(userDataFolder, 'settings.json'), schema: settingsSchema, fallback: {}, onDamaged })
