import { edits } from './edits.ts'
import { evaluation } from './evaluation.ts'
import { exchange } from './exchange.ts'
import { extraction } from './extraction.ts'
import { host } from './host.ts'
import { jobs } from './jobs.ts'
import { learning } from './learning.ts'
import { models } from './models.ts'
import { project } from './project.ts'
import { reports } from './reports.ts'
import { scenes } from './scenes.ts'
import { settings } from './settings.ts'
import { training } from './training.ts'

/** Everything the page may ask of the workbench. Handlers, client and the preload's allow-list are all made from it. */
export const contract = {
  project,
  scenes,
  edits,
  models,
  evaluation,
  training,
  learning,
  exchange,
  extraction,
  reports,
  jobs,
  settings,
  host,
}
export type LecternContract = typeof contract

/**
 * Images travel by URL, not by message. Paths below the host's media root:
 * `photo/<sceneId>`, `thumbnail/<sceneId>`, `crop/<studentId>?v=<revision>`, `report/<key>`.
 */
export const mediaPath = {
  photo: (sceneId: number): string => `photo/${sceneId}`,
  thumbnail: (sceneId: number): string => `thumbnail/${sceneId}`,
  crop: (studentId: number, revision: number): string => `crop/${studentId}?v=${revision}`,
}
