import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { insertStudent, studentsOfScene } from '#main/store/tables/student.ts'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'
import type { Box } from '#shared/geometry/box.ts'
import { convNextCheckpoint, extractionHead, groupRelationCheckpoint } from './extraction-weights.ts'
import { temporaryFolder } from './store.ts'
import { inCall, testWorkbench, writeTo } from './workbench.ts'

const resources = resolve(import.meta.dirname, '../../resources')
/** In the order of the scene list. */
const photos = ['room-a-afternoon.jpg', 'room-a-morning.jpg', 'room-b-exam.jpg']

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
  const convnext = (seed: number): string => put(`convnext-${seed}.pth`, convNextCheckpoint(seed))
  const grouprec = put('grouprec.pkl', groupRelationCheckpoint())
  const head = put('head.pth', extractionHead())
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
  const extract = (more: object = {}, signal = inCall.signal) =>
    extraction.extract(
      { ...asked, detector: null, relation: null, appearance: null, modelId: null, out: null, ...more },
      { signal },
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
