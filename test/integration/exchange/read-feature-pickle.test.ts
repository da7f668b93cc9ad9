import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { numberDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { OrderedDict, PickleFloat, PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { packRows } from '#main/exchange/rafnet/pack-rows.ts'
import { readFeaturePickle } from '#main/exchange/rafnet/read-feature-pickle.ts'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { writeFeaturePickle } from '#main/exchange/rafnet/write-feature-pickle.ts'
import { differences } from '../../support/compare-pickles.ts'
import { refusal } from '../../support/exchange-bench.ts'
import {
  bigEndian,
  columnMajor,
  dict,
  featureDict,
  floats,
  grid,
  gridValues,
  objects,
  rowsOf,
  writePickleFile,
} from '../../support/feature-pickles.ts'
import { temporaryFolder } from '../../support/store.ts'

async function read(value: PickleValue, contextFile: string | null = null): Promise<FeatureTable> {
  const folder = temporaryFolder()
  return readFile(writePickleFile(join(folder, 'X_features.pkl'), value), join(folder, 'out'), contextFile)
}

async function readFile(file: string, outFolder: string, contextFile: string | null = null): Promise<FeatureTable> {
  for await (const step of readFeaturePickle({ file, contextFile, outFolder })) {
    if (step.kind === 'result') return step.result
  }
  throw new Error('no result')
}

/** Writes all rows back as they are and answers with how the file differs from the value that was read. */
async function differencesAfterRoundTrip(value: PickleValue): Promise<string[]> {
  const table = await read(value)
  const out = join(temporaryFolder(), 'out.pkl')
  const rows = Array.from({ length: table.rows }, (_, row) => ({ source: 0, row, label: null, box: null, drawn: null }))
  const plan = {
    sources: [
      {
        name: 'X',
        formFile: table.formFile,
        contextFormFile: table.contextFormFile,
        modalities: table.modalities.map(({ name }) => name),
      },
    ],
    rows: packRows(rows),
    modalities: table.modalities.map(({ name, width, form, file, dtype }) => ({
      name,
      width,
      form,
      files: [{ file, dtype }],
      fileOfRow: new Uint16Array(table.rows),
      rows: Uint32Array.from(rows, ({ row }) => row),
    })),
    lectern: { app_version: '0', source_sha256: [], exported_at: '', changes: [] },
  }
  for await (const step of writeFeaturePickle(plan, out))
    if (step.kind === 'result') expect(step.result.contextFile).toBeNull()
  return differences(readPickleFile(out), value)
}

const float32s = (file: string): number[] => [...new Float32Array(new Uint8Array(readFileSync(file)).buffer)]

describe('the vectors of a feature pickle', () => {
  const values = gridValues(4, 3)
  it.each([
    ['one array', grid(4, 3), 'array'],
    ['one big-endian array', bigEndian(grid(4, 3)), 'array'],
    ['a Fortran array', columnMajor(values, 4, 3), 'array'],
    ['a list of arrays', rowsOf(grid(4, 3)), 'rows'],
    ['a list of big-endian arrays', rowsOf(bigEndian(grid(4, 3))), 'rows'],
    ['an object array of arrays', objects(rowsOf(grid(4, 3))), 'objects'],
  ] as const)('of %s lie row by row, little-endian', async (_name, modality, container) => {
    const table = await read(featureDict(4, { convnext: modality }))
    expect(table.modalities).toMatchObject([{ name: 'convnext', width: 3, dtype: 'f4', form: { container } }])
    expect(float32s(table.modalities[0]!.file)).toEqual(values)
  })

  it.each<[string, Readonly<Record<string, PickleValue | undefined>>]>([
    ['one array', { convnext: grid(4, 3) }],
    ['a big-endian array', { convnext: bigEndian(grid(4, 3)) }],
    ['a list of arrays', { convnext: rowsOf(grid(4, 3)) }],
    ['a list of big-endian arrays', { convnext: rowsOf(bigEndian(grid(4, 3))) }],
    ['an object array', { convnext: objects(rowsOf(grid(4, 3))) }],
    ['doubles', { convnext: NdArray.of('float64', Float64Array.from(gridValues(4, 3)), [4, 3]) }],
    ['halves', { convnext: NdArray.of('float16', Uint16Array.from([1, 2, 3, 4]), [4, 1]) }],
    ['whole numbers', { convnext: NdArray.of('int32', Int32Array.from(gridValues(4, 2)), [4, 2]) }],
    ['labels as numpy scalars', { labels: [0, 1, 2, 3].map((label) => NumpyScalar.int64(label)) }],
    ['labels as Python ints', { labels: [0, -1, 2, 3] }],
    ['labels as int32', { labels: NdArray.of('int32', Int32Array.from([0, 1, 2, 3])) }],
    ['no context', { context: undefined }],
    ['context None', { context: null }],
    [
      'unknown keys of every kind',
      {
        zeta: new PickleTuple([1, new PickleFloat(1)]),
        note: 'x',
        weights: floats([1, 2, 3, 4]),
        image: floats(gridValues(8, 2), 4, 2, 2),
      },
    ],
  ])('go out as they came in: %s', async (_name, change) => {
    const expected = ['metadata.lectern: added']
    expect(await differencesAfterRoundTrip(featureDict(4, change))).toEqual(expected)
  })

  it('keep Fortran order in value, if not in memory', async () => {
    expect(await differencesAfterRoundTrip(featureDict(4, { convnext: columnMajor(values, 4, 3) }))).toEqual([
      'metadata.lectern: added',
    ])
  })

  it('may have any name and width, and names that are no file names', async () => {
    const table = await read(featureDict(2, { '../evil': grid(2, 5), CON: grid(2, 1), grouprec_3d: grid(2, 78) }))
    expect(table.modalities.map(({ name, width }) => [name, width])).toEqual([
      ['convnext', 3],
      ['../evil', 5],
      ['CON', 1],
      ['grouprec_3d', 78],
    ])
    const folder = join(table.formFile, '..')
    expect(readdirSync(folder).sort()).toEqual([
      'convnext.bin',
      'form.pkl',
      'grouprec_3d.bin',
      'labels.bin',
      'modality-1.bin',
      'modality-2.bin',
    ])
  })

  it('say which rows hold NaN or an infinity', async () => {
    const table = await read(featureDict(4, { convnext: floats([0, 1, NaN, 1, 0, 0, 0, -Infinity], 4, 2) }))
    expect(table.modalities[0]?.notFiniteRows).toEqual([1, 3])
  })

  it('keep an ordered dict an ordered dict', async () => {
    expect(await differencesAfterRoundTrip(new OrderedDict(featureDict(3)))).toEqual(['metadata.lectern: added'])
  })
})

describe('the context of a feature pickle', () => {
  it('is found beside the file, and goes out beside it', async () => {
    const folder = temporaryFolder()
    const whole = featureDict(3)
    const context = whole.get('context')!
    whole.delete('context')
    const file = writePickleFile(join(folder, 'val_features.pkl'), whole)
    const sidecar = writePickleFile(join(folder, 'val_context.pkl'), context)
    const table = await readFile(file, join(folder, 'out'))
    expect(table.context).toMatchObject({ origin: 'sidecar', file: sidecar, imageSizes: null, rooms: null })
    expect(table.context?.boxesAbsolute?.length).toBe(12)
    expect(readFileSync(table.contextFormFile!)).toEqual(readFileSync(sidecar))
  })

  it('may be named, and may lie under a key of its own', async () => {
    const folder = temporaryFolder()
    const context = dict({ context: featureDict(3).get('context')!, metadata: dict({ split: 'val' }) })
    const table = await read(featureDict(3, { context: undefined }), writePickleFile(join(folder, 'mine.pkl'), context))
    expect(table.context?.boxesNormalised?.[0]).toBeCloseTo(0.02)
  })

  it('may be lists, with any column missing', async () => {
    const table = await read(
      featureDict(2, {
        context: dict({
          bbox_xyxy_abs: rowsOf(floats([1, 2, 3, 4, 5, 6, 7, 8], 2, 4)),
          image_hw: [new PickleTuple([480, 640]), new PickleTuple([480, 640])],
          room_id: ['A', null],
          bbox_cxcywh_norm: null,
        }),
      }),
    )
    expect(table.context).toMatchObject({ boxesNormalised: null, rooms: ['A', null], takenAt: null })
    expect([...(table.context?.imageSizes ?? [])]).toEqual([480, 640, 480, 640])
    expect([...(table.context?.boxesAbsolute ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('that is no context is refused', async () => {
    const file = writePickleFile(join(temporaryFolder(), 'other.pkl'), dict({ something: 1 }))
    expect(await refusal(read(featureDict(2), file))).toMatchObject({
      code: 'features.context-malformed',
      details: { file },
    })
  })
})

describe('a file that is no feature pickle', () => {
  const row = (value: PickleValue) => ({ convnext: [floats([1, 2]), value] })
  it.each<[string, PickleValue, string, object]>([
    ['a list', [1, 2], 'features.not-a-dict', {}],
    ['a split pickle', dict({ images: [] }), 'features.is-split', {}],
    ['no metadata', featureDict(2, { metadata: undefined }), 'features.img-paths-missing', {}],
    ['no paths', featureDict(2, { metadata: dict({ bbox_ids: ['a', 'b'] }) }), 'features.img-paths-missing', {}],
    ['no student', featureDict(1, { metadata: dict({ img_paths: [] }) }), 'features.empty', {}],
    [
      'fewer rows',
      featureDict(3, { convnext: grid(2, 3) }),
      'features.row-count',
      { key: 'convnext', found: 2, rows: 3 },
    ],
    ['fewer vectors', featureDict(3, { convnext: rowsOf(grid(2, 3)) }), 'features.row-count', { key: 'convnext' }],
    ['fewer labels', featureDict(3, { labels: [1] }), 'features.row-count', { key: 'labels', found: 1, rows: 3 }],
    [
      'fewer boxes',
      featureDict(3, { context: dict({ bbox_xyxy_abs: grid(2, 4) }) }),
      'features.row-count',
      { key: 'context.bbox_xyxy_abs' },
    ],
    ['ragged rows', featureDict(2, row(floats([1, 2, 3]))), 'features.width-mixed', { key: 'convnext', row: 1 }],
    [
      'rows of another dtype',
      featureDict(2, row(NdArray.of('float64', Float64Array.of(1, 2)))),
      'features.width-mixed',
      { row: 1 },
    ],
    ['a row that is no vector', featureDict(2, row('x')), 'features.width-mixed', { row: 1 }],
    ['labels that are text', featureDict(2, { labels: ['a', 'b'] }), 'features.column-malformed', { key: 'labels' }],
    [
      'labels that are no whole numbers',
      featureDict(2, { labels: floats([0.5, NaN]) }),
      'features.column-malformed',
      { key: 'labels' },
    ],
    [
      'boxes of three numbers',
      featureDict(2, { context: dict({ bbox_xyxy_abs: grid(2, 3) }) }),
      'features.column-malformed',
      {},
    ],
    [
      'paths that are no text',
      featureDict(1, { metadata: dict({ img_paths: [null] }) }),
      'features.column-malformed',
      { key: 'metadata.img_paths' },
    ],
  ])('is refused: %s', async (_name, value, code, details) => {
    expect(await refusal(read(value))).toMatchObject({ code, details })
  })

  it('leaves nothing behind', async () => {
    const folder = temporaryFolder()
    const file = writePickleFile(join(folder, 'bad.pkl'), featureDict(3, { zeta: grid(2, 3) }))
    await refusal(readFile(file, join(folder, 'out')))
    expect(existsSync(join(folder, 'out'))).toBe(false)
  })

  const pickled = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  it.each([
    ['empty', new Uint8Array(0), 'pickle.truncated'],
    ['a photo', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'pickle.not-pickle'],
    ['os.system', pickled("cos\nsystem\n(S'true'\ntR."), 'pickle.global-refused'],
    ['a chain of __reduce__', pickled("cbuiltins\ngetattr\n(cos\nsystem\nS'x'\ntR."), 'pickle.global-refused'],
  ])('is refused: %s', async (_name, bytes, code) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'bad.pkl'), bytes)
    expect(await refusal(readFile(join(folder, 'bad.pkl'), join(folder, 'out')))).toMatchObject({ code })
  })

  it('is refused when it is cut short', async () => {
    const folder = temporaryFolder()
    const whole = readFileSync(writePickleFile(join(folder, 'whole.pkl'), featureDict(50, { convnext: grid(50, 300) })))
    writeFileSync(join(folder, 'cut.pkl'), whole.subarray(0, whole.length - 2000))
    expect(await refusal(readFile(join(folder, 'cut.pkl'), join(folder, 'out')))).toMatchObject({
      code: 'pickle.truncated',
    })
  })

  it('is refused when it is not there, or a folder', async () => {
    const folder = temporaryFolder()
    expect(await refusal(readFile(join(folder, 'none.pkl'), join(folder, 'out')))).toMatchObject({
      code: 'exchange.file-missing',
    })
    expect(await refusal(readFile(folder, join(folder, 'out')))).toMatchObject({ code: 'exchange.file-unreadable' })
  })

  it('cannot be read into a folder that cannot be written', async () => {
    const folder = temporaryFolder()
    const file = writePickleFile(join(folder, 'X.pkl'), featureDict(2))
    expect(await refusal(readFile(file, join(file, 'out')))).toMatchObject({ code: 'import.write-failed' })
  })
})

describe('odd labels', () => {
  it('of several kinds are read as whole numbers', async () => {
    const mixed = [NumpyScalar.int64(4), 3, new PickleFloat(2), new NumpyScalar(numberDtype('uint8'), Uint8Array.of(1))]
    expect([...((await read(featureDict(4, { labels: mixed }))).labels ?? [])]).toEqual([4, 3, 2, 1])
  })

  it('may be missing', async () => {
    expect((await read(featureDict(2, { labels: undefined }))).labels).toBeNull()
  })
})
