import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeCheckpoint, type WritableTensor } from '#main/codecs/torch/write-checkpoint.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { insertStudent, studentsOfScene } from '#main/store/tables/student.ts'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'
import type { Box } from '#shared/geometry/box.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { groupRelationShapes, randomWeights, tinyPlan } from './group-relation-weights.ts'
import { convNextParameters } from './random-backbones.ts'
import { temporaryFolder } from './store.ts'
import { inCall, testWorkbench, writeTo } from './workbench.ts'

const resources = resolve(import.meta.dirname, '../../resources')
/** In the order of the scene list. */
const photos = ['room-a-afternoon.jpg', 'room-a-morning.jpg', 'room-b-exam.jpg']

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[]

/** Small random numbers, of which normalisations get ones. */
const weightsOf = (shapes: Shapes, seed: number): (readonly [string, WritableTensor])[] => {
  const random = seededRandom(seed)
  return shapes.map(([name, shape]) => {
    const length = shape.reduce((all, one) => all * one, 1)
    const data = Float32Array.from({ length }, () => (shape.length === 1 ? 1 : (random() - 0.5) * 0.4))
    return [name, { dtype: 'float32', shape, data }]
  })
}

/** A plain head of five classes over convnext and grouprec. */
const headShapes = (convnext: number, grouprec: number): Shapes => {
  const pair = (name: string, shape: readonly number[]): Shapes => [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape[0]!]],
  ]
  const stream = (name: string, width: number): Shapes => [
    ...pair(`norms.${name}`, [width]),
    ...pair(`projections.${name}`, [8, width]),
  ]
  return [
    ...stream('convnext', convnext),
    ...stream('grouprec', grouprec),
    ...pair('fusion.0', [8, 16]),
    ...pair('fusion.1', [8]),
    ['fusion.1.running_mean', [8]],
    ['fusion.1.running_var', [8]],
    ...pair('fusion.4', [5, 8]),
  ]
}

/** Width of the vectors of the small networks: the last width of ConvNeXt, and four times GroupRec's hidden one. */
export const widths = { convnext: 16, grouprec: 4 * tinyPlan.hidden }

const asked = {
  sceneIds: null,
  modality: null,
  noise: { kind: 'seed', seed: 0 } as const,
  precision: 'float32' as const,
  replace: false,
  device: 'cpu' as const,
}

/** Upright boxes side by side. */
export const boxesInRow = (count: number): Box[] =>
  Array.from({ length: count }, (_, index) => ({ x1: 60 + 90 * index, y1: 200, x2: 130 + 90 * index, y2: 340 }))

/**
 * A project of three drawn photos whose students (6, 4 and 5 by default) somebody drew, with small random networks of RAFNet's two
 * families and a head over both.
 */
export async function extractionBench(
  client: ComputeClient,
  boxes: readonly (readonly Box[])[] = [6, 4, 5].map(boxesInRow),
) {
  const folder = temporaryFolder()
  const photoRoot = join(folder, 'photos')
  mkdirSync(photoRoot)
  for (const name of photos.slice(0, boxes.length))
    copyFileSync(join(resources, 'sample', 'images', name), join(photoRoot, name))
  const put = (name: string, content: Uint8Array): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const convnext = (seed: number): string =>
    put(`convnext-${seed}.pth`, writeCheckpoint(weightsOf(convNextParameters([1, 1, 1, 1], [4, 8, 12, 16]), seed)))
  const grouprec = put('grouprec.pkl', writeCheckpoint(randomWeights(groupRelationShapes(tinyPlan))))
  const head = put('head.pth', writeCheckpoint(weightsOf(headShapes(widths.convnext, widths.grouprec), 5)))
  const workbench = testWorkbench({ client, folder, resourcesFolder: resources })
  const { project, exchange, extraction } = workbench.handlers
  await project.create({ folder: workbench.projectFolder, photoRoot }, inCall)
  await exchange.scanPhotos({ folder: photoRoot }, inCall)
  const sceneIds: number[] = []
  writeTo(workbench.projectFolder, (store) => {
    sceneIds.push(...allSceneIds(store))
    boxes.forEach((row, index) => {
      row.forEach((box, place) => {
        const sceneId = sceneIds[index]!
        const placed = { sceneId, bboxId: `1_${place}`, box, normalised: null, source: 'drawn' as const }
        insertStudent(store, { ...placed, importId: null, position: null, sourcePath: null })
      })
    })
  })
  const add = async (file: string): Promise<string> => (await extraction.addWeights({ file, name: null }, inCall)).id
  const embed = (weightsId: string, more: object = {}, signal = inCall.signal) =>
    extraction.embed({ ...asked, weightsId, ...more }, { signal })
  const extract = (more: object = {}) =>
    extraction.extract(
      { ...asked, detector: null, relation: null, appearance: null, modelId: null, out: null, ...more },
      inCall,
    )
  const studentsOf = (index: number) => {
    let found: ReturnType<typeof studentsOfScene> = []
    writeTo(workbench.projectFolder, (store) => {
      found = studentsOfScene(store, sceneIds[index]!)
    })
    return found
  }
  return { ...workbench, folder, photoRoot, put, convnext, grouprec, head, sceneIds, add, embed, extract, studentsOf }
}
