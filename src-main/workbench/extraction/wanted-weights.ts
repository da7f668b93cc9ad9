import type { WantedWeights, WeightsInfo } from '#shared/contract/extraction.ts'

/** Files of RAFNet's whole extractor, as its README names them. */
const files: readonly (Omit<WantedWeights, 'weightsId'> & {
  readonly families: readonly string[]
  readonly width: number | null
})[] = [
  {
    role: 'relation',
    title: "GroupRec's relation checkpoint (HRNet-W48)",
    fileName: 'relation_common_group8.pkl',
    publishedAt: "GroupRec's authors: github.com/boycehbz/GroupRec",
    bytes: 326_000_000,
    licence: 'as its authors state',
    optional: false,
    families: ['hrnet-group-relation'],
    width: 1024,
  },
  {
    role: 'appearance',
    title: 'ConvNeXt-Base, trained on ImageNet',
    fileName: 'convnext_base-6075fbad.pth',
    publishedAt:
      'torchvision: download.pytorch.org/models/convnext_base-6075fbad.pth; timm: huggingface.co/timm/convnext_base.fb_in1k',
    bytes: 354_400_000,
    licence: 'BSD-3-Clause (torchvision), Apache-2.0 (timm)',
    optional: false,
    families: ['convnext'],
    width: 1024,
  },
  {
    role: 'detector',
    title: "ByteTrack's YOLOX-X detector",
    fileName: 'bytetrack_x_mot17.pth.tar',
    publishedAt: "ByteTrack's authors: github.com/ifzhang/ByteTrack (model zoo)",
    bytes: 793_000_000,
    licence: 'MIT (code); weights as their authors state',
    optional: true,
    families: ['yolox'],
    width: null,
  },
]

/** What is still missing for RAFNet's whole extractor, and what fills each role: RAFNet's heads take 1024 numbers of either network. */
export const wantedWeights = (known: readonly WeightsInfo[]): readonly WantedWeights[] =>
  files.map(({ families, width, ...wanted }) => {
    const fits = (one: WeightsInfo): boolean =>
      families.includes(one.family) && one.width === width && one.problem === null
    return { ...wanted, weightsId: known.find(fits)?.id ?? null }
  })
