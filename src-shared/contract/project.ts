import { z } from 'zod'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { Noise, Precision } from './extraction.ts'
import { call, stream } from './procedure.ts'
import { name, nothing, path } from './schemas.ts'

export interface ProjectSummary {
  /** Folder of the project, absolute. */
  readonly folder: string
  readonly name: string
  readonly photoRoot: string | null
  readonly classes: readonly BehaviourClass[]
  readonly scenes: number
  readonly students: number
  readonly labelled: number
  readonly reviewedScenes: number
  readonly splits: readonly string[]
  /** Feature sets by modality: what models can be run. */
  readonly modalities: readonly ModalitySummary[]
  /** Honest note of where the data come from, as in the synthetic sample; null elsewhere. */
  readonly note: string | null
}

export interface ModalitySummary {
  readonly name: string
  readonly width: number
  readonly students: number
  /** What made these vectors here; left out where a file brought them. */
  readonly madeWith?: VectorMaker
}

export interface VectorMaker {
  readonly weightsFile: string
  readonly weightsSha256: string
  readonly precision: Precision
  /** null for networks without. */
  readonly noise: Noise | null
}

export interface RecentProject {
  readonly folder: string
  readonly name: string
  readonly openedAt: string
  readonly scenes: number
  readonly reviewedScenes: number
  readonly exists: boolean
}

/** Something in the open project changed; the renderer reloads what it shows of it. */
export interface Change {
  readonly revision: number
  readonly topics: readonly ('project' | 'scenes' | 'students' | 'labels' | 'models' | 'runs' | 'trainings')[]
  /** Scenes concerned, or null for all. */
  readonly sceneIds: readonly number[] | null
}

export const project = {
  current: call(nothing)<ProjectSummary | null>(),
  recent: call(nothing)<readonly RecentProject[]>(),
  forgetRecent: call(z.object({ folder: path }))<null>(),
  /** Creates `folder` as a project; photos are found by `exchange.scanPhotos`. */
  create: call(
    z.object({ folder: path, photoRoot: path.nullable(), note: z.string().max(500).optional() }),
  )<ProjectSummary>(),
  open: call(z.object({ folder: path }))<ProjectSummary>(),
  /** Copies the sample of `resources/` into the user's data folder (once), opens it, runs its model. */
  openSample: call(nothing)<ProjectSummary>(),
  close: call(nothing)<null>(),
  /** Takes the open project back where it is the one in `folder` and nothing was ever brought into it: closed, and off the disk. */
  discardEmpty: call(z.object({ folder: path }))<{ readonly discarded: boolean }>(),
  relinkPhotos: call(z.object({ photoRoot: path }))<{ readonly found: number; readonly missing: number }>(),
  editClass: call(
    z.object({
      index: z.int().nonnegative(),
      name,
      colour: z.string().regex(/^#[0-9a-f]{6}$/),
      letter: z.string().length(1),
    }),
  )<ProjectSummary>(),
  changes: stream(nothing)<Change>(),
}
