import type { DetectSummary, EmbedSummary, WantedWeights, WeightsInfo } from '#shared/contract/extraction.ts'

/** Lectern's own detector, fetched. */
export const nanodet: WeightsInfo = {
  id: 'nanodet',
  kind: 'detector',
  builtIn: true,
  name: 'NanoDet, persons',
  family: 'nanodet',
  file: '/app/models/weights/nanodet.bin',
  sha256: '5d0e4f8c4eded666',
  bytes: 7_600_000,
  card: { task: 'finds students', source: 'github.com', licence: 'Apache-2.0', input: 'the photo', output: 'boxes' },
  modality: null,
  width: null,
  sizes: [],
  precisions: ['float32'],
  problem: null,
}

/** Its maps as vectors, a weak start. */
export const nanodetMaps: WeightsInfo = {
  ...nanodet,
  id: 'nanodet-embedding',
  kind: 'appearance',
  name: "NanoDet's maps",
  modality: 'nanodet',
  width: 768,
}

export const convnext: WeightsInfo = {
  ...nanodet,
  id: 'c0ffee',
  kind: 'appearance',
  builtIn: false,
  name: 'convnext_base',
  family: 'convnext',
  file: '/weights/convnext_base.pth',
  sha256: 'c0ffee00c0ffee00',
  modality: 'convnext',
  width: 1024,
  sizes: ['depths 3, 3, 27, 3'],
  precisions: ['float32', 'int8', 'float16'],
}

export const groupRec: WeightsInfo = {
  ...convnext,
  id: 'beef',
  kind: 'relation',
  name: 'relation_common_group8',
  family: 'hrnet-group-relation',
  file: '/weights/relation_common_group8.pkl',
  sha256: 'beef00beef00beef',
  modality: 'grouprec',
  precisions: ['float32'],
}

const wantedFile = (role: WantedWeights['role'], weightsId: string | null): WantedWeights => ({
  role,
  title: role,
  fileName: `${role}.pth`,
  publishedAt: 'by its authors',
  bytes: 326_000_000,
  licence: 'MIT',
  optional: role === 'detector',
  weightsId,
})

/** RAFNet's files with what fills each role. */
export const wantedOf = (known: Partial<Record<WantedWeights['role'], string>> = {}): readonly WantedWeights[] =>
  (['relation', 'appearance', 'detector'] as const).map((role) => wantedFile(role, known[role] ?? null))

export const unfetched: WeightsInfo = {
  ...nanodet,
  file: null,
  problem: { code: 'weights.not-fetched', message: 'nanodet.bin is not there.', details: {} },
}

export const detectSummary: DetectSummary = {
  weightsId: 'nanodet',
  provider: 'cpu',
  scenes: 2,
  skipped: 0,
  boxes: 61,
  replaced: 0,
  msPerScene: 730,
  failed: [],
  findings: [],
}

export const embedSummary: EmbedSummary = {
  weightsId: 'c0ffee',
  modality: 'convnext',
  width: 1024,
  provider: 'cpu',
  scenes: 2,
  skipped: 0,
  students: 61,
  msPerStudent: 40,
  omitted: [],
  failed: [],
  findings: [],
}
