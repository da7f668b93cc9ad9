import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { insertFeature, insertFeatureSet } from '#main/store/tables/feature.ts'
import { unfinishedImports } from '#main/store/remove-import.ts'
import { startImport } from '#main/store/tables/import.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { differences } from '../../support/compare-pickles.ts'
import { defaults, everything, exchangeBench } from '../../support/exchange-bench.ts'
import type { ExchangeBench } from '../../support/exchange-bench.ts'
import { dict, featureDict, floats, writePickleFile } from '../../support/feature-pickles.ts'

const column = (value: PickleValue, ...keys: string[]): PickleValue => {
  const found = keys.reduce<PickleValue>(
    (inner, key) => (inner instanceof Map ? (inner.get(key) ?? null) : null),
    value,
  )
  return found instanceof NdArray ? found.toValues() : found
}

async function importing(value: PickleValue): Promise<ExchangeBench> {
  const bench = exchangeBench()
  await bench.exchange.importFeatures(
    { ...defaults, file: writePickleFile(join(bench.folder, 'X.pkl'), value) },
    bench.call,
  )
  return bench
}

async function exporting(bench: ExchangeBench, change: object = {}): Promise<PickleValue> {
  const out = join(bench.folder, 'out.pkl')
  await bench.exchange.exportFeatures({ ...everything, ...change, out }, bench.call)
  return readPickleFile(out)
}

describe('exports in the form of their source', () => {
  it('have the sidecar beside them where the source had', async () => {
    const bench = exchangeBench()
    const whole = featureDict(3)
    const context = whole.get('context')!
    whole.delete('context')
    await bench.exchange.importFeatures(
      {
        ...defaults,
        file: writePickleFile(join(bench.folder, 'X_features.pkl'), whole),
        contextFile: writePickleFile(join(bench.folder, 'elsewhere.pkl'), context),
      },
      bench.call,
    )
    const out = join(bench.folder, 'Y_features.pkl')
    await bench.exchange.exportFeatures({ ...everything, out }, bench.call)
    expect(differences(readPickleFile(out), whole)).toEqual(['metadata.lectern: added'])
    expect(differences(readPickleFile(join(bench.folder, 'Y_context.pkl')), context)).toEqual([])
    await bench.edit({ kind: 'delete', studentId: bench.studentId('a.jpg', 's_0') })
    await bench.exchange.exportFeatures({ ...everything, out }, bench.call)
    expect(column(readPickleFile(join(bench.folder, 'Y_context.pkl')), 'bbox_xyxy_abs')).toEqual([
      10, 20, 18, 60, 20, 20, 28, 60,
    ])
  })

  it('keep every column and every other key of metadata and context', async () => {
    const metadata = dict({
      img_paths: ['C:\\images\\a.jpg', 'C:\\images\\a.jpg', 'C:\\images\\b.jpg'],
      bbox_ids: ['s', 's', 's'],
      modalities: ['x', 'y', 'z'],
      n_samples: 3,
      feature_tag: 'v2',
      scores: floats([0.1, 0.2, 0.3]),
    })
    const context = dict({
      bbox_xyxy_abs: floats([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], 3, 4),
      group_key: ['g', 'h', 'i'],
      version: 3,
    })
    const bench = await importing(featureDict(3, { metadata, context, extra: ['a', 'b', 'c'], source: 'camera' }))
    await bench.edit({ kind: 'delete', studentId: bench.studentId('a.jpg', 's') })
    const written = await exporting(bench)
    expect(column(written, 'metadata', 'img_paths')).toEqual(['C:\\images\\a.jpg', 'C:\\images\\b.jpg'])
    expect(column(written, 'metadata', 'bbox_ids')).toEqual(['s', 's'])
    expect(column(written, 'metadata', 'modalities')).toEqual(['x', 'y', 'z'])
    expect(column(written, 'metadata', 'n_samples')).toBe(2)
    expect(column(written, 'metadata', 'feature_tag')).toBe('v2')
    expect(column(written, 'metadata', 'scores')).toEqual([0.2, 0.3].map(Math.fround))
    expect(column(written, 'context', 'group_key')).toEqual(['h', 'i'])
    expect(column(written, 'context', 'version')).toBe(3)
    expect(column(written, 'extra')).toEqual(['b', 'c'])
    expect(column(written, 'source')).toBe('camera')
  })

  it('get labels where the source had none', async () => {
    const bench = await importing(featureDict(3, { labels: undefined }))
    await bench.edit({ kind: 'label', studentId: bench.studentId('a.jpg', 's_1'), classIndex: 2, source: 'person' })
    const written = await exporting(bench, { unlabelled: 'include' })
    expect(written instanceof Map && [...written.keys()]).toEqual(['convnext', 'labels', 'metadata', 'context'])
    expect(column(written, 'labels')).toEqual([-1n, 2n, -1n])
  })

  it('append a drawn student who has features to the photo, with everything the photo tells', async () => {
    const context = dict({
      bbox_xyxy_abs: floats([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], 3, 4),
      bbox_cxcywh_norm: floats([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 3, 4),
      image_hw: NdArray.of('int32', Int32Array.from([100, 200, 100, 200, 100, 200]), [3, 2]),
      person_idx: NdArray.of('int32', Int32Array.of(0, 1, 0)),
      room_id: ['A', 'A', 'B'],
      confidence: floats([0.5, 0.5, 0.5]),
    })
    const labels = [0, 1, 2].map((label) => NumpyScalar.int64(label))
    const bench = await importing(featureDict(3, { context, labels }))
    const { store } = bench
    const box = { x1: 20, y1: 10, x2: 60, y2: 50 }
    const step = await bench.edit({ kind: 'draw', sceneId: 1, box, classIndex: 4 })
    const vectors = join(bench.folder, 'Class.lectern/features/import-1/drawn.bin')
    writeFileSync(vectors, new Uint8Array(Float32Array.of(7, 8, 9).buffer))
    const form = { container: 'array', dtype: '<f4' }
    const set = {
      modality: 'convnext',
      width: 3,
      dtype: 'f4',
      byteOrder: 'little',
      form,
      sha256: '',
      importId: 1,
      producer: null,
    } as const
    insertFeature(
      store(),
      step.studentIds[0]!,
      insertFeatureSet(store(), { ...set, file: 'features/import-1/drawn.bin' }),
      0,
    )

    const plan = await bench.exchange.planExport(everything, bench.call)
    expect(plan).toMatchObject({ students: 4, omitted: [] })
    const written = await exporting(bench)
    expect(column(written, 'convnext')).toEqual([0, 1, 2, 10, 11, 12, 7, 8, 9, 20, 21, 22])
    expect(column(written, 'labels')).toEqual([0, 1, 4, 2].map((label) => NumpyScalar.int64(label)))
    expect(column(written, 'metadata', 'img_paths')).toEqual([
      'images/a.jpg',
      'images/a.jpg',
      'images/a.jpg',
      'images/b.jpg',
    ])
    expect(column(written, 'context', 'bbox_xyxy_abs')).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 20, 10, 60, 50, 1, 2, 3, 4])
    expect(column(written, 'context', 'image_hw')).toEqual([100, 200, 100, 200, 100, 200, 100, 200])
    expect(column(written, 'context', 'person_idx')).toEqual([0, 1, 2, 0])
    expect(column(written, 'context', 'room_id')).toEqual(['A', 'A', 'A', 'B'])
    expect(column(written, 'context', 'confidence')).toEqual([0.5, 0.5, NaN, 0.5])
    const shares = column(written, 'context', 'bbox_cxcywh_norm')
    expect(Array.isArray(shares) && shares.slice(8, 12)).toEqual([0.2, 0.3, 0.2, 0.4].map(Math.fround))
  })
})

describe('an import that was killed', () => {
  it('is gone when the project opens again, and the file can be imported anew', async () => {
    const bench = exchangeBench()
    const file = writePickleFile(join(bench.folder, 'X.pkl'), featureDict(3))
    const id = startImport(bench.store(), { kind: 'features', file, createdAt: '2026' })
    bench
      .store()
      .prepare(
        `INSERT INTO scene (relative_path, file_name, sort_key, width_px, height_px, has_photo, import_id) VALUES ('images/a.jpg', 'a.jpg', 'a', 1, 1, 0, ?)`,
      )
      .run(id)
    await bench.reopen()
    expect(unfinishedImports(bench.store())).toEqual([])
    expect(countProject(bench.store()).scenes).toBe(0)
    expect(await bench.exchange.importFeatures({ ...defaults, file }, bench.call)).toMatchObject({
      scenes: 2,
      students: 3,
    })
  })
})
