import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startCompute } from '../../support/compute.ts'
import { defaultModels, withoutDefaultModels } from '../../support/default-models.ts'
import { boxesInRow, extractionBench } from '../../support/extraction-bench.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { tinyDetector, twoPersons } from '../../support/tiny-detector.ts'
import { readVectors } from '../../support/vectors.ts'
import { inCall } from '../../support/workbench.ts'

const client = startCompute()

type Bench = Awaited<ReturnType<typeof extractionBench>>

const asked = { setting: 'accurate' as const, replace: false, device: 'cpu' as const, sceneIds: null }
const detect = (bench: Bench, weightsId: string, more: object = {}) =>
  bench.handlers.extraction.detect({ ...asked, weightsId, ...more }, inCall)
const present = (bench: Bench, index: number) => bench.studentsOf(index).filter(({ deleted }) => !deleted)

describe('a detector of the user’s own', () => {
  test('finds students where there are none, in seat order, once; drawn students stay alone', async () => {
    const bench = await extractionBench(client, [boxesInRow(3), [], []])
    const id = await bench.add(bench.put('yolo.onnx', twoPersons()))
    const summary = await detect(bench, id)
    expect(summary).toMatchObject({ scenes: 2, skipped: 1, boxes: 4, replaced: 0, failed: [] })
    expect(present(bench, 0).map(({ source }) => source)).toEqual(['drawn', 'drawn', 'drawn'])
    const found = present(bench, 1)
    expect(found.map(({ bboxId, source }) => [bboxId, source])).toEqual([
      ['1_0', 'detected'],
      ['1_1', 'detected'],
    ])
    expect(found[0]!.box!.x1).toBeLessThan(found[1]!.box!.x1)
    const detail = await bench.handlers.scenes.get({ sceneId: bench.sceneIds[1]!, runIds: [] }, inCall)
    const scores = detail.students.map(({ detectionScore }) => detectionScore?.toFixed(2))
    expect(scores).toEqual(['0.60', '0.90'])
    expect(await detect(bench, id)).toMatchObject({ scenes: 0, skipped: 3, boxes: 0 })
  })

  test('a renewal replaces what nobody touched; what somebody labelled stays, found once', async () => {
    const bench = await extractionBench(client, [[], [], []])
    const id = await bench.add(bench.put('yolo.onnx', twoPersons()))
    await detect(bench, id)
    const [labelled, untouched] = present(bench, 1)
    const label = { kind: 'label', studentId: labelled!.id, classIndex: 2, source: 'person' } as const
    await bench.handlers.edits.apply({ edits: [label], annotator: 'Ada' }, inCall)
    expect(await detect(bench, id, { replace: true })).toMatchObject({ scenes: 3, replaced: 5, boxes: 5 })
    const now = present(bench, 1).map(({ id: studentId }) => studentId)
    expect(now).toContain(labelled!.id)
    expect(now).not.toContain(untouched!.id)
    expect(now).toHaveLength(2)
    const discard = await bench.handlers.extraction.discardDetections({ sceneIds: null }, inCall)
    expect(discard.students).toBe(5)
    expect(present(bench, 1).map(({ id: studentId }) => studentId)).toEqual([labelled!.id])
  })

  test('of one scene it is one step to undo', async () => {
    const bench = await extractionBench(client, [[], [], []])
    const id = await bench.add(bench.put('yolo.onnx', twoPersons()))
    await detect(bench, id, { sceneIds: [bench.sceneIds[2]!] })
    expect(present(bench, 2)).toHaveLength(2)
    await bench.handlers.edits.undo({}, inCall)
    expect(present(bench, 2)).toHaveLength(0)
    await bench.handlers.edits.redo({}, inCall)
    expect(present(bench, 2)).toHaveLength(2)
  })

  test('a photo that broke since the scan fails alone; asked for by name it is the answer', async () => {
    const bench = await extractionBench(client, [[], [], []])
    const id = await bench.add(bench.put('yolo.onnx', twoPersons()))
    writeFileSync(join(bench.photoRoot, 'room-a-morning.jpg'), 'no photo')
    const summary = await detect(bench, id)
    expect(summary).toMatchObject({ scenes: 2, boxes: 4 })
    expect(summary.failed.map(({ scene }) => scene)).toEqual(['room-a-morning.jpg'])
    expect(await detect(bench, id)).toMatchObject({ scenes: 0, skipped: 2, failed: [{ scene: 'room-a-morning.jpg' }] })
    await expect(detect(bench, id, { sceneIds: [bench.sceneIds[1]!] })).rejects.toMatchObject({
      code: expect.stringMatching(/^photo\./) as string,
    })
  })
})

describe('the registry of weights', () => {
  test('knows files by their content, tries them, and forgets them', async () => {
    const bench = await extractionBench(client)
    const { extraction } = bench.handlers
    const detector = await extraction.addWeights({ file: bench.put('mine.onnx', twoPersons()), name: null }, inCall)
    expect(detector).toMatchObject({ kind: 'detector', family: 'yolo', name: 'mine', width: null, problem: null })
    expect(detector.sizes).toEqual(['layout yolov8', 'input 64, 64', 'output 1, 5, 84'])
    expect(detector.card).toMatchObject({ task: 'finds students', licence: 'as its authors state' })
    const relation = await extraction.addWeights({ file: bench.grouprec, name: 'mine too' }, inCall)
    expect(relation).toMatchObject({ kind: 'relation', modality: 'grouprec', width: 16, name: 'mine too' })
    const again = await extraction.addWeights({ file: bench.put('copy.onnx', twoPersons()), name: null }, inCall)
    expect(again).toMatchObject({ id: detector.id, name: 'copy' })
    const ids = (await extraction.weights({}, inCall)).map(({ id }) => id)
    expect(ids).toEqual(['nanodet', 'nanodet-embedding', relation.id, detector.id])
    const tried = await extraction.testWeights({ weightsId: detector.id, device: 'cpu' }, inCall)
    expect(tried).toMatchObject({ found: 2, finite: true, provider: 'cpu', int8Cosine: null })
    expect(await extraction.testWeights({ weightsId: relation.id, device: 'cpu' }, inCall)).toMatchObject({ found: 16 })
    await extraction.removeWeights({ weightsId: detector.id }, inCall)
    await expect(detect(bench, detector.id)).rejects.toMatchObject({ code: 'weights.unknown' })
    await expect(extraction.removeWeights({ weightsId: 'nanodet' }, inCall)).rejects.toMatchObject({
      code: 'weights.built-in',
    })
  })

  test('a model card names the weights, in words and for the detector', async () => {
    const bench = await extractionBench(client, [[], [], []])
    const { extraction } = bench.handlers
    bench.put('mine.onnx', twoPersons())
    const card = (more: object) =>
      bench.put('card.json', Buffer.from(JSON.stringify({ weights: 'mine.onnx', name: 'Ours', ...more })))
    const strict = await extraction.addWeights(
      { file: card({ licence: 'MIT', detector: { leastScore: 0.7 } }), name: null },
      inCall,
    )
    expect(strict).toMatchObject({ name: 'Ours', card: { licence: 'MIT' }, file: join(bench.folder, 'mine.onnx') })
    expect(await detect(bench, strict.id)).toMatchObject({ boxes: 3 })
    const wrong = card({ detector: { layout: 'yolox' } })
    await expect(extraction.inspectWeights({ file: wrong }, inCall)).rejects.toMatchObject({
      code: 'detector.output-unexpected',
    })
    const odd = card({ detector: { leastScore: 7 } })
    await expect(extraction.inspectWeights({ file: odd }, inCall)).rejects.toThrow(/card\.json.*detector\.leastScore/)
  })

  test('says by name what it cannot use', async () => {
    const bench = await extractionBench(client)
    const { extraction } = bench.handlers
    const inspect = (name: string, content: Uint8Array) =>
      extraction.inspectWeights({ file: bench.put(name, content) }, inCall)
    await expect(inspect('text.pth', Buffer.from('hello'))).rejects.toThrow(/text\.pth/)
    await expect(inspect('shape.onnx', tinyDetector({ output: [1, 3, 7], values: new Map() }))).rejects.toMatchObject({
      code: 'detector.output-unexpected',
    })
    await expect(
      inspect('input.onnx', tinyDetector({ input: [1, 4], output: [1, 5, 84], values: new Map() })),
    ).rejects.toMatchObject({ code: 'detector.input-unexpected' })
    await expect(extraction.inspectWeights({ file: join(bench.folder, 'gone.pth') }, inCall)).rejects.toThrow(
      /gone\.pth/,
    )
    const file = bench.convnext(3)
    const id = await bench.add(file)
    utimesSync(file, new Date(0), new Date(0))
    await expect(bench.embed(id)).rejects.toMatchObject({ code: 'weights.changed' })
    rmSync(file)
    await expect(bench.embed(id)).rejects.toMatchObject({ code: 'weights.file-missing' })
    const listed = (await extraction.weights({}, inCall)).find((one) => one.id === id)
    expect(listed?.problem?.message).toContain(file)
  })
})

const lacks = [...(defaultModels ? [] : [withoutDefaultModels]), ...(rafnetFolder ? [] : [withoutRafnet])]
describe.skipIf(lacks.length > 0)(
  `the own detector on real photos${lacks.length > 0 ? ` (${lacks.join('; ')})` : ''}`,
  () => {
    test('gives every student it finds a vector in the same pass; one drawn later gets it from the boxes', async () => {
      const bench = await extractionBench(client, [[]])
      const scene = readFileSync(join(rafnetFolder ?? '', 'images', '89.jpg'))
      writeFileSync(join(bench.photoRoot, 'room-a-afternoon.jpg'), scene)
      await bench.handlers.exchange.scanPhotos({ folder: null }, inCall)
      const summary = await detect(bench, 'nanodet', { setting: 'fast' })
      expect(summary.boxes).toBeGreaterThan(40)
      const before = readVectors(bench.projectFolder, 'nanodet')
      expect(before.byStudent.size).toBe(summary.boxes)
      const draw = {
        kind: 'draw',
        sceneId: bench.sceneIds[0]!,
        box: { x1: 600, y1: 300, x2: 660, y2: 380 },
        classIndex: null,
      } as const
      await bench.handlers.edits.apply({ edits: [draw], annotator: 'Ada' }, inCall)
      const embedded = await bench.embed('nanodet-embedding')
      expect(embedded).toMatchObject({ modality: 'nanodet', width: 768, students: 1, scenes: 1 })
      const after = readVectors(bench.projectFolder, 'nanodet')
      expect(after.byStudent.size).toBe(summary.boxes + 1)
      for (const [student, vector] of before.byStudent) expect(after.byStudent.get(student)).toEqual(vector)
    })
  },
)
