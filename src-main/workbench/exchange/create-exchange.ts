import { basename, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { ImportSummary } from '#shared/contract/exchange.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { forgetLeftOutPhoto } from '#main/store/tables/left-out-photo.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { findDuplicates, leaveOut } from './duplicates.ts'
import { exportFeatures } from './export-features.ts'
import { importFeatures } from './import-features.ts'
import type { ImportRequest } from './import-features.ts'
import { importSplit } from './import-split.ts'
import { planFeatureExport } from './plan-feature-export.ts'
import { createPlaces } from './places.ts'
import { scanPhotos } from './scan-photos.ts'
import { noPhotoWatch, type PhotoWatch } from './watch-photos.ts'

/** A feature pickle, or, where the file turns out to be one, a split pickle. */
async function importEither(
  context: WorkbenchContext,
  request: ImportRequest,
  job: JobContext,
): Promise<ImportSummary> {
  try {
    return await importFeatures(context, request, job)
  } catch (error) {
    if (error instanceof AppError && error.code === 'features.is-split') return importSplit(context, request, job)
    throw error
  }
}

/** The exchange service: files in, files out, always as jobs. */
export function createExchange(
  context: WorkbenchContext,
  photos: PhotoWatch = noPhotoWatch(),
): Handlers<LecternContract>['exchange'] {
  const importing = (
    given: string,
    signal: AbortSignal,
    work: (file: string, job: JobContext) => Promise<ImportSummary>,
  ): Promise<ImportSummary> => {
    const file = resolve(given)
    return context.jobs.run('import', basename(file), (job) => work(file, job), { signal })
  }
  return {
    importFile: (input, { signal }) =>
      importing(input.file, signal, (file, job) => importEither(context, { ...input, file, contextFile: null }, job)),
    importFeatures: (input, { signal }) =>
      importing(input.file, signal, (file, job) => importFeatures(context, { ...input, file }, job)),
    importSplit: (input, { signal }) =>
      importing(input.file, signal, (file, job) => importSplit(context, { ...input, file }, job)),
    scanPhotos: async ({ folder }, { signal }) => {
      const summary = await scanPhotos(context, folder, signal)
      photos.scanned()
      return summary
    },
    photoNews: (_input, { signal }) => photos.news.follow(signal),
    duplicates: (_input, { signal }) => findDuplicates(context, signal),
    leaveOut: ({ sceneIds }) => ({ leftOut: leaveOut(context, sceneIds) }),
    bringBack: ({ paths }, { signal }) => {
      const { store } = context.project.require()
      for (const path of paths) forgetLeftOutPhoto(store, path)
      return scanPhotos(context, null, signal)
    },
    ...createPlaces(context),
    planExport: async (selection, { signal }) => (await planFeatureExport(context, selection, signal)).plan,
    exportFeatures: ({ out, ...selection }, { signal }) => exportFeatures(context, selection, out, signal),
  }
}
