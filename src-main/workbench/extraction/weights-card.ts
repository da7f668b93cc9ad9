import type { WeightsCard } from '#shared/contract/extraction.ts'
import type { KnownWeights } from './weights-file.ts'

/** What each family is; a user's file carries no licence, so its authors' word counts. */
const families: Readonly<Record<string, Pick<WeightsCard, 'task' | 'input' | 'source'>>> = {
  convnext: {
    task: 'appearance of each student',
    input: 'the crop of a student, 224 × 224 px, ImageNet mean and deviation',
    source: 'ConvNeXt under the names of torchvision or timm',
  },
  resnet: {
    task: 'appearance of each student',
    input: 'the crop of a student, 224 × 224 px, ImageNet mean and deviation',
    source: 'ResNet under the names of torchvision or timm',
  },
  'vision-transformer': {
    task: 'appearance of each student',
    input: 'the crop of a student, 224 × 224 px, ImageNet mean and deviation',
    source: 'Vision Transformer under the names of torchvision or timm',
  },
  'hrnet-group-relation': {
    task: 'relation of each student to the others of the photo',
    input: 'crops of all students of a photo, 192 × 256 px, and where they stand',
    source: "GroupRec's relation checkpoint (HRNet)",
  },
  yolox: {
    task: 'finds students',
    input: 'the photo, fitted into the size that its card names',
    source: "a YOLOX checkpoint, as ByteTrack's authors publish it",
  },
  yolo: {
    task: 'finds students',
    input: 'the photo, fitted into the input of the graph',
    source: 'an ONNX file exported as YOLOX, YOLOv8 or YOLO11 are',
  },
}

const unknownFamily = { task: 'unknown', input: 'unknown', source: 'unknown' }

/** The card of a user's weights. */
export function cardOf({ family, width, words }: Pick<KnownWeights, 'family' | 'width' | 'words'>): WeightsCard {
  const { task, source, ...known } = families[family] ?? unknownFamily
  return {
    ...known,
    task: words.task ?? task,
    source: words.source ?? source,
    licence: words.licence ?? 'as its authors state',
    output: width === null ? 'boxes with scores' : `${width} numbers a student`,
  }
}
