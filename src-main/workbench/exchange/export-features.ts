import { basename, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { ExportSelection, ExportSummary } from '#shared/contract/exchange.ts'
import type { Progress } from '#main/compute/protocol.ts'
import type { WrittenPickle } from '#main/exchange/rafnet/write-feature-pickle.ts'
import type { FeatureWritePlan } from '#main/exchange/rafnet/write-plan.ts'
import { insertExport } from '#main/store/tables/export.ts'
import { listImports } from '#main/store/tables/import.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { planFeatureExport } from './plan-feature-export.ts'
import type { PlannedLikeSource, PlannedPlain } from './plan-feature-export.ts'
import { resultOf } from './result-of.ts'
import { featureRecord, writeRunMetadata } from './run-metadata.ts'

function writePlan(planned: PlannedLikeSource, context: WorkbenchContext): FeatureWritePlan {
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

function write(
  planned: PlannedLikeSource | PlannedPlain,
  context: WorkbenchContext,
  out: string,
  signal: AbortSignal,
): AsyncIterable<Progress<WrittenPickle>> {
  const { features } = context.compute
  if (planned.kind === 'like-source') return features.write({ plan: writePlan(planned, context), out }, { signal })
  const lectern = {
    app_version: context.appVersion,
    source_sha256: [],
    exported_at: context.clock().toISOString(),
    changes: [],
    features: planned.extracted.map(featureRecord),
  }
  return features.writePlain({ features: { ...planned.features, lectern }, out }, { signal })
}

/**
 * Writes the students of a selection as a RAFNet feature pickle in the form of the file they came from, or as RAFNet's own extractor would
 * where they came from none, and records the export; vectors that were made here get `run_metadata.json` beside it.
 * Throws as `planFeatureExport` does, and AppError `export.empty`, `export.overwrites-source`, `export.write-failed`,
 * `export.form-damaged`, `job.cancelled`; nothing is then left behind.
 */
export async function writeExport(
  context: WorkbenchContext,
  selection: ExportSelection,
  out: string,
  job: JobContext,
): Promise<ExportSummary> {
  refuseSources(context, out)
  const planned = await planFeatureExport(context, selection, job.signal)
  const { plan, extracted } = planned
  if (plan.students === 0) {
    const reasons = plan.omitted.map(({ count, reason }) => `${count} ${reason}`).join(', ')
    throw new AppError(
      'export.empty',
      `There is no student to export (${reasons || 'none in the selection'}); choose more scenes, or include unlabelled students.`,
    )
  }
  const { bytes, sha256 } = await resultOf(write(planned, context, out, job.signal), job)
  const project = context.project.require()
  const at = context.clock().toISOString()
  const written = { at, file: out, sha256, bytes, students: plan.students }
  insertExport(project.store, { ...written, selection })
  if (extracted.length === 0) return { ...plan, file: out, bytes, sha256 }
  const metadata = await writeRunMetadata(project, extracted, { ...written, appVersion: context.appVersion })
  return { ...plan, findings: [...plan.findings, metadata], file: out, bytes, sha256 }
}

/** `writeExport` as a job of its own. */
export async function exportFeatures(
  context: WorkbenchContext,
  selection: ExportSelection,
  outFile: string,
  signal?: AbortSignal,
): Promise<ExportSummary> {
  const out = resolve(outFile)
  refuseSources(context, out)
  const work = (job: JobContext) => writeExport(context, selection, out, job)
  return context.jobs.run('export', basename(out), work, { signal })
}
