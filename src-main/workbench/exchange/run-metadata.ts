import { readFile } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import type { Finding } from '#shared/contract/summary.ts'
import { listDetectors } from '#main/store/tables/detection.ts'
import type { FeatureSet } from '#main/store/tables/feature.ts'
import { listFailures } from '../extraction/failure-log.ts'
import { writeFileAtomically } from '../files.ts'
import type { OpenProject } from '../projects/open-project.ts'

/** What made the vectors of a modality, under the names that files carry. */
export const featureRecord = ({ modality, width, producer, sha256 }: FeatureSet) => ({
  modality,
  width,
  kind: producer?.kind ?? null,
  family: producer?.family ?? null,
  weights_file: producer?.weightsFile ?? null,
  weights_sha256: producer?.weightsSha256 ?? null,
  precision: producer?.precision ?? null,
  noise: producer?.noise ?? null,
  provider: producer?.provider ?? null,
  app_version: producer?.appVersion ?? null,
  created_at: producer?.createdAt ?? null,
  vectors_sha256: sha256,
})

export interface MetadataFacts {
  /** ISO 8601. */
  readonly at: string
  readonly file: string
  readonly sha256: string
  readonly students: number
  readonly appVersion: string
}

/** Written beside a pickle of vectors that were made here: by which weights, with which noise, and which photos failed. */
export async function writeRunMetadata(
  project: OpenProject,
  extracted: readonly FeatureSet[],
  { at, file, sha256, students, appVersion }: MetadataFacts,
): Promise<Finding> {
  const names = new Set(['detect', ...extracted.map(({ modality }) => modality)])
  const failed = listFailures(project.store).flatMap(({ steps, scene, code, message }) => {
    const told = steps.filter((step) => names.has(step))
    return told.length === 0 ? [] : [{ steps: told, img_path: scene, code, error: message }]
  })
  const record = {
    lectern: { app_version: appVersion },
    created_at: at,
    file: basename(file),
    file_sha256: sha256,
    n_samples: students,
    features: extracted.map(featureRecord),
    detectors: listDetectors(project.store).map(({ detectorSha256, setting, scenes, boxes }) => ({
      detector_sha256: detectorSha256,
      setting,
      scenes,
      boxes,
    })),
    failed,
  }
  const out = await metadataFile(file)
  await writeFileAtomically(out, `${JSON.stringify(record, null, 2)}\n`)
  return {
    code: 'run-metadata-written',
    severity: 'info',
    count: 1,
    examples: [out],
    message: `What made the vectors, and which photos failed, stands in ${basename(out)} beside it.`,
  }
}

/** `run_metadata.json`, as RAFNet's extractor calls it; a name of its own where that one tells of another file. */
async function metadataFile(file: string): Promise<string> {
  const usual = join(dirname(file), 'run_metadata.json')
  const known = await readFile(usual, 'utf8').catch(() => null)
  return known === null || tellsOf(known, basename(file))
    ? usual
    : join(dirname(file), `${parse(file).name}_run_metadata.json`)
}

function tellsOf(text: string, name: string): boolean {
  try {
    const record: unknown = JSON.parse(text)
    return (
      typeof record === 'object' && record !== null && 'lectern' in record && 'file' in record && record.file === name
    )
  } catch {
    return false
  }
}
