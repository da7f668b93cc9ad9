import { firstTables } from './0001-first-tables.ts'
import { trainings } from './0002-trainings.ts'
import { extraction } from './0003-extraction.ts'
import { photoCare } from './0004-photo-care.ts'
import { learning } from './0005-learning.ts'
import { unfamiliar } from './0006-unfamiliar.ts'
import type { Migration } from './migration.ts'

/** Every step, oldest first. A released step is never changed: what comes later is a new file. */
export const allMigrations: readonly Migration[] = [firstTables, trainings, extraction, photoCare, learning, unfamiliar]
