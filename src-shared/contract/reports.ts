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

const choice = z.object({
  runId: id,
  faces: faces.default('pixelated'),
  sceneIds: z.array(id).nullable().default(null),
})

export const reports = {
  /** Builds the HTML report and answers with the media path that shows it. */
  preview: call(choice)<{ readonly mediaPath: string }>(),
  write: call(choice.extend({ out: path, formats: z.array(reportFormat).min(1) }))<ReportSummary>(),
}
