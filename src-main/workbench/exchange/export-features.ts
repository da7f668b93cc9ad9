import { basename, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { ExportSelection, ExportSummary } from '#shared/contract/exchange.ts'
import type { PlannedExport } from '#main/exchange/rafnet/export-builder.ts'
import type { FeatureWritePlan } from '#main/exchange/rafnet/write-plan.ts'
import { insertExport } from '#main/store/tables/export.ts'
import { listImports } from '#main/store/tables/import.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { planFeatureExport } from './plan-feature-export.ts'
import { resultOf } from './result-of.ts'

function writePlan(planned: PlannedExport, context: WorkbenchContext): FeatureWritePlan {
  return {
    sources: planned.sources.map(({ name, formFile, contextFormFile, modalities }) => ({
      name,
      formFile,
      contextFormFile,
      modalities,
    })),
    rows: planned.rows,
    modalities: planned.modalities,
    lectern: {
      app_version: context.appVersion,
      source_sha256: planned.sources.map(({ sha256 }) => sha256),
      exported_at: context.clock().toISOString(),
      changes: planned.changes,
    },
  }
}

/** An imported file is the only record of what its authors gave: it is never overwritten. */
function refuseSources(context: WorkbenchContext, out: string): void {
  const source = listImports(context.project.require().store).find(({ file }) => resolve(file) === out)
  if (source) {
    throw new AppError(
      'export.overwrites-source',
      `${out} is a file that was imported here; choose another name, so that the original stays.`,
      { file: out },
    )
  }
}

/**
 * Writes the students of a selection as a RAFNet feature pickle in the form of the file they came from, as a job, and records the export.
 * Throws as `planFeatureExport` does, and AppError `export.empty`, `export.overwrites-source`, `export.write-failed`,
 * `export.form-damaged`, `job.cancelled`; nothing is then left behind.
 */
export async function exportFeatures(
  context: WorkbenchContext,
  selection: ExportSelection,
  outFile: string,
  signal?: AbortSignal,
): Promise<ExportSummary> {
  const out = resolve(outFile)
  refuseSources(context, out)
  const work = async (job: JobContext): Promise<ExportSummary> => {
    const planned = await planFeatureExport(context, selection, job.signal)
    const { plan } = planned
    if (plan.students === 0) {
      const reasons = plan.omitted.map(({ count, reason }) => `${count} ${reason}`).join(', ')
      throw new AppError(
        'export.empty',
        `There is no student to export (${reasons || 'none in the selection'}); choose more scenes, or include unlabelled students.`,
      )
    }
    const writing = context.compute.features.write({ plan: writePlan(planned, context), out }, { signal: job.signal })
    const { bytes, sha256 } = await resultOf(writing, job)
    const { store } = context.project.require()
    const at = context.clock().toISOString()
    insertExport(store, { at, file: out, sha256, bytes, selection, students: plan.students })
    return { ...plan, file: out, bytes, sha256 }
  }
  return context.jobs.run('export', basename(out), work, { signal })
}
