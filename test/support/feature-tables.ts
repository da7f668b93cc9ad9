import type { ContextTable, FeatureTable, ModalityTable } from '#main/exchange/rafnet/feature-table.ts'

export function aModality(name: string, width: number, change: Partial<ModalityTable> = {}): ModalityTable {
  const form = { container: 'array', dtype: '<f4' } as const
  return {
    name,
    width,
    dtype: 'f4',
    byteOrder: 'little',
    form,
    file: `${name}.bin`,
    sha256: '',
    notFiniteRows: [],
    ...change,
  }
}

/** A context of boxes [x1, y1, x2, y2] in a photo of 200 × 100 px. */
export function aContext(boxes: readonly (readonly number[])[], change: Partial<ContextTable> = {}): ContextTable {
  const shares = boxes.map(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [
    (x1 + x2) / 400,
    (y1 + y2) / 200,
    (x2 - x1) / 200,
    (y2 - y1) / 100,
  ])
  return {
    origin: 'inside',
    file: 'X.pkl',
    boxesAbsolute: Float64Array.from(boxes.flat()),
    boxesNormalised: Float64Array.from(shares.flat()),
    imageSizes: Int32Array.from(boxes.flatMap(() => [100, 200])),
    rooms: boxes.map(() => null),
    takenAt: boxes.map(() => null),
    ...change,
  }
}

/** A table of one photo `images/a.jpg`, one student per box, labelled 0. */
export function aTable(boxes: readonly (readonly number[])[], change: Partial<FeatureTable> = {}): FeatureTable {
  const rows = boxes.length
  return {
    file: '/data/X.pkl',
    sha256: '',
    rows,
    keys: ['convnext', 'labels', 'metadata', 'context'],
    modalities: [aModality('convnext', 3)],
    labels: new Int32Array(rows),
    imgPaths: boxes.map(() => 'images/a.jpg'),
    bboxIds: boxes.map((_box, row) => `s_${row}`),
    context: aContext(boxes),
    formFile: 'form.pkl',
    contextFormFile: null,
    statedModalities: ['convnext'],
    statedWidths: { convnext: 3 },
    ...change,
  }
}
