import { z } from 'zod'
import { call } from './procedure.ts'
import { faces, id, path } from './schemas.ts'

export const reportFormat = z.enum(['html', 'csv', 'json'])
export type ReportFormat = z.infer<typeof reportFormat>

export interface ReportSummary {
  readonly folder: string
  readonly files: readonly { readonly file: string; readonly bytes: number }[]
  readonly faces: 'pixelated' | 'shown'
}

/** A long report is previewed by its first scenes. */
export interface ReportPreview {
  readonly mediaPath: string
  readonly scenesShown: number
  readonly scenesTotal: number
}

const choice = z.object({
  /** null reports the labels alone, as of photos labelled by hand. */
  runId: id.nullable(),
  faces: faces.default('pixelated'),
  language: z.enum(['en', 'zh-CN']).default('en'),
  sceneIds: z.array(id).nullable().default(null),
})

export const reports = {
  /** Builds the HTML report and answers with the media path that shows it. */
  preview: call(choice)<ReportPreview>(),
  write: call(choice.extend({ out: path, formats: z.array(reportFormat).min(1) }))<ReportSummary>(),
}
