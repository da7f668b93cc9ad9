import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import { convNextCheckpoint, groupRelationCheckpoint, widths } from './extraction-weights.ts'
import { groupRelationShapes, randomWeights, tinyPlan } from './group-relation-weights.ts'
import { readRows, readWeights } from './heads.ts'
import { rafnetFolder } from './rafnet.ts'
import { personsInRow } from './tiny-detector.ts'

const samples = resolve(import.meta.dirname, '../../resources/sample/images')

/** Files of somebody who runs RAFNet on photos, as they lie in her folder. */
export interface RafnetKit {
  readonly photos: string
  readonly relation: string
  readonly appearance: string
  readonly detector: string
  /** A C+Spatial head over what the two networks give; `head.yaml` lies beside it. */
  readonly head: string
}

/** The `model` section of a C+Spatial head over vectors of these widths. */
const spatialHead = (relation: number, appearance: number) => ({
  name: 'context_graph_fusion_classifier',
  params: {
    num_classes: 5,
    modalities: ['grouprec', 'convnext', 'bbox_ctx', 'img_uid'],
    input_dims: [relation, appearance, 4, 1],
    hidden_dim: 16,
    gate_hidden_dim: 8,
    graph_k: 3,
  },
})

/** Writes checkpoint and config of a C+Spatial head with random weights. */
function writeSpatialHead(file: string, relation: number, appearance: number): void {
  const section = spatialHead(relation, appearance)
  const { config } = parseHeadConfig(section, { file })
  const shapes = expectedWeights(config)
    .filter(({ role }) => role !== 'counter')
    .map(({ name, shape }) => [name, shape] as const)
  writeFileSync(file, writeCheckpoint(randomWeights(shapes)))
  // JSON is YAML.
  writeFileSync(file.replace(/\.pth$/, '.yaml'), JSON.stringify({ model: section }))
}

/**
 * The same for the vectors of a pickle: random networks give nearly the same vector to everybody, so their mean is taken off and what is
 * left enlarged, as training would.
 */
export function writeTellingHead(file: string, pickle: string): void {
  const { columns, count } = readRows(pickle)
  const [relation, appearance] = ['grouprec', 'convnext'].map((name) => columns.get(name)!.width) as [number, number]
  writeSpatialHead(file, relation, appearance)
  const tensors = new Map(
    [...readWeights(file)].map(([name, one]) => [name, { shape: one.shape, data: one.toFloat32() }]),
  )
  for (const name of ['grouprec', 'convnext'] as const) {
    const { width, values } = columns.get(name)!
    const mean = new Float32Array(width)
    for (let row = 0; row < count; row += 1) {
      normalised(values.subarray(row * width, (row + 1) * width)).forEach((one, at) => (mean[at]! += one / count))
    }
    tensors.get(`norms.${name}.weight`)!.data.fill(enlarged[name])
    tensors.get(`norms.${name}.bias`)!.data.set(mean.map((one) => -enlarged[name] * one))
  }
  writeFileSync(file, writeCheckpoint([...tensors].map(([name, one]) => [name, { dtype: 'float32', ...one }])))
}

/** The appearance more: noise should not decide everything. */
const enlarged = { grouprec: 4, convnext: 40 }

/** As LayerNorm does before its weight and bias. */
function normalised(vector: Float32Array): Float32Array {
  const mean = vector.reduce((sum, one) => sum + one, 0) / vector.length
  const variance = vector.reduce((sum, one) => sum + (one - mean) ** 2, 0) / vector.length
  return vector.map((one) => (one - mean) / Math.sqrt(variance + 1e-5))
}

function someFolder(folder: string): { photos: string; files: string } {
  const [photos, files] = [join(folder, 'lesson'), join(folder, 'from the authors')]
  for (const one of [photos, files]) mkdirSync(one, { recursive: true })
  return { photos, files }
}

/** Photos that the sample brings, each so many times. */
function putPhotos(folder: string, names: readonly string[], copies: number): void {
  for (const name of names) {
    for (let copy = 0; copy < copies; copy += 1) {
      const to = copies === 1 ? name : name.replace('.jpg', `-${String(copy + 1).padStart(2, '0')}.jpg`)
      copyFileSync(join(samples, name), join(folder, to))
    }
  }
}

/** Networks of RAFNet's families, tiny and with random weights, and a detector that sees `persons` in a row in every photo. */
export function tinyRafnetKit(folder: string, { copies = 1, persons = 6 } = {}): RafnetKit {
  const { photos, files } = someFolder(folder)
  putPhotos(photos, ['room-a-afternoon.jpg', 'room-a-morning.jpg', 'room-b-exam.jpg'], copies)
  const put = (name: string, content: Uint8Array): string => {
    writeFileSync(join(files, name), content)
    return join(files, name)
  }
  const head = join(files, 'c-spatial.pth')
  writeSpatialHead(head, widths.grouprec, widths.convnext)
  return {
    photos,
    relation: put('relation_common_group8.pkl', groupRelationCheckpoint()),
    appearance: put('convnext_tiny.pth', convNextCheckpoint(1)),
    detector: put('yolo.onnx', personsInRow(persons)),
    head,
  }
}

/** The small networks of ../shared/rafnet, under the names that their authors give the real ones; YOLOX by a card that says how it is fed. */
export function smallRafnetKit(folder: string): RafnetKit {
  const from = (...path: readonly string[]): string => join(rafnetFolder ?? '', ...path)
  const { photos, files } = someFolder(folder)
  putPhotos(photos, ['hall-c-lecture.jpg', 'room-a-morning.jpg', 'room-b-exam.jpg'], 1)
  const put = (source: string, name: string): string => {
    cpSync(source, join(files, name))
    return join(files, name)
  }
  put(from('detector', 'yolox_small.pth.tar'), 'bytetrack_x_mot17.pth.tar')
  const card = {
    weights: 'bytetrack_x_mot17.pth.tar',
    name: 'Small YOLOX',
    detector: { inputSize: { widthPx: 512, heightPx: 288 }, leastScore: 0.35, unionLimit: 0.3 },
  }
  writeFileSync(join(files, 'bytetrack.json'), JSON.stringify(card))
  const { features } = JSON.parse(readFileSync(from('backbones', 'convnext_small.json'), 'utf8')) as {
    features: number[][]
  }
  const { config } = JSON.parse(readFileSync(from('grouprec', 'groupnet_small.json'), 'utf8')) as {
    config: { hidden: number }
  }
  const head = join(files, 'c-spatial.pth')
  writeSpatialHead(head, 4 * config.hidden, features[0]!.length)
  return {
    photos,
    relation: put(from('grouprec', 'groupnet_small.pth'), 'relation_common_group8.pkl'),
    appearance: put(from('backbones', 'convnext_small.pth'), 'convnext_small.pth'),
    detector: join(files, 'bytetrack.json'),
    head,
  }
}

/** What tells GroupRec's ResNet-50 variant from the one that RAFNet uses: its backbone has four layers and no stages. */
export const resNetRelation = (): Uint8Array =>
  writeCheckpoint(
    randomWeights([
      ...groupRelationShapes(tinyPlan).filter(([name]) => !name.startsWith('backbone.')),
      ['backbone.conv1.weight', [4, 3, 7, 7]],
      ['backbone.layer4.0.conv1.weight', [4, 4, 1, 1]],
    ]),
  )
