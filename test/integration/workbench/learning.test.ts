import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LearningState } from '#shared/contract/learning.ts'
import { createRandom } from '#main/training/random/random.ts'
import { importFolder } from '#main/store/tables/import.ts'
import { putPhotoLook } from '#main/store/tables/photo-look.ts'
import { allSceneIds, updateScene } from '#main/store/tables/scene.ts'
import { startCompute } from '../../support/compute.ts'
import { temporaryFolder } from '../../support/store.ts'
import {
  importScenes,
  inCall,
  projectWorkbench,
  testWorkbench,
  writeTo,
  type TestWorkbench,
} from '../../support/workbench.ts'

const compute = startCompute()
const restMs = 40
const width = 12
const perScene = 10

/** What the student of a row really does. */
const truthOf = (row: number): number => row % 3

interface Made extends TestWorkbench {
  readonly folder: string
  /** By row. */
  readonly students: readonly number[]
}

interface Options {
  readonly scenes?: number
  /** How far classes lie apart. */
  readonly apart?: number
  readonly labelOf?: (row: number) => number | null
  readonly withVectors?: boolean
  readonly change?: (values: Float32Array) => void
}

/** A project of photos with ten students each, whose vectors tell their class; nobody has a label unless said otherwise. */
async function project(options: Options = {}): Promise<Made> {
  const { scenes = 8, apart = 4, labelOf = () => null, withVectors = true, change } = options
  const folder = temporaryFolder()
  const workbench = await projectWorkbench({ folder, client: compute, learningRestMs: restMs })
  const rows = scenes * perScene
  let students: number[] = []
  writeTo(workbench.projectFolder, (store) => {
    students = importScenes(store, {
      scenes: new Array<number>(scenes).fill(perScene),
      labelOf,
      width,
    }).studentIds.flat()
    if (!withVectors) store.prepare('DELETE FROM feature').run()
  })
  const random = createRandom('vectors', rows)
  const values = Float32Array.from({ length: rows * width }, () => random.normal())
  for (let row = 0; row < rows; row += 1) values[row * width + truthOf(row)]! += apart
  change?.(values)
  const file = join(workbench.projectFolder, importFolder(1), 'a.bin')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, values)
  return { ...workbench, folder, students }
}

/** Labels the rows with what they do, or with a class of their own, as a hand does. */
async function label({ handlers, students }: Made, rows: readonly number[], classOf = truthOf): Promise<void> {
  const edits = rows.map((row) => ({
    kind: 'label' as const,
    studentId: students[row]!,
    classIndex: classOf(row),
    source: 'person' as const,
  }))
  await handlers.edits.apply({ edits, annotator: 'Ada' }, inCall)
}

const rows = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

/** Watches until a state is as wanted; while this waits, heads are learnt by themselves. */
async function until({ handlers }: TestWorkbench, wanted: (state: LearningState) => boolean): Promise<LearningState> {
  const controller = new AbortController()
  for await (const state of handlers.learning.watch({}, { signal: controller.signal })) {
    if (!wanted(state)) continue
    controller.abort()
    return state
  }
  throw new Error('the stream ended')
}
const now = (workbench: TestWorkbench) => until(workbench, () => true)
const versions = (count: number) => (state: LearningState) => state.state === 'ready' && state.models.length === count

/** The share of these students whom a run names rightly. */
async function shareRight({ handlers }: Made, runId: number, of: readonly number[]): Promise<number> {
  // In import order: a student's row.
  const predictions = await handlers.models.predictions({ runId }, inCall)
  return of.filter((row) => predictions[row]?.classIndex === truthOf(row)).length / of.length
}

describe('learning from corrections', () => {
  test('after 24 corrections a head is there by itself, judged on photos held out, and everybody has a prediction', async () => {
    const made = await project()
    await label(made, rows(0, 23))
    const waiting = await until(made, ({ corrected }) => corrected === 23)
    expect(waiting).toMatchObject({ state: 'waiting', needed: 1, modality: 'a', weakVectors: false, models: [] })
    await label(made, rows(23, 30))
    const { models, activeId, needed, corrected } = await until(made, versions(1))
    const [model] = models
    expect(model).toMatchObject({ students: 30, imported: 0, scenes: 3, modality: 'a', heldOut: 'scenes' })
    expect(model!.classCounts).toEqual([10, 10, 10, 0, 0])
    expect(model!.accuracy.total).toBe(30)
    expect(model!.accuracy.percent).toBeGreaterThan(80)
    expect(model!.majorityAccuracy).toBeLessThan(50)
    expect([activeId, corrected, needed]).toEqual([model!.id, 30, 15])
    const [run] = await made.handlers.models.runs({}, inCall)
    expect(run).toMatchObject({ id: model!.runId, name: 'Learnt from 30 corrections', students: 80, partial: false })
    expect(await shareRight(made, run!.id, rows(30, 80))).toBeGreaterThan(0.85)
  })

  test('what a run says of those learnt from is what was said while they were held out', async () => {
    const made = await project({ apart: 1 })
    await label(made, rows(0, 40))
    await made.handlers.learning.learnNow({}, inCall)
    const { models } = await now(made)
    const [model] = models
    const { accuracy } = await made.handlers.evaluation.evaluate({ runId: model!.runId, sceneIds: null }, inCall)
    expect(accuracy).toMatchObject({ count: model!.accuracy.count, total: 40 })
    expect(accuracy.percent).toBeLessThan(90)
  })

  test('an explanation says whether the head learnt from the student, since the prediction shown was made without', async () => {
    const made = await project({ apart: 1 })
    await label(made, rows(0, 40))
    await made.handlers.learning.learnNow({}, inCall)
    const runId = (await now(made)).models[0]!.runId
    // Labelled since: the head has not seen that.
    await label(made, [41])
    const explain = (row: number) => made.handlers.scenes.explain({ studentId: made.students[row]!, runId }, inCall)
    expect(await Promise.all([0, 39, 41, 60].map(async (row) => (await explain(row)).learntFrom))).toEqual([
      true,
      true,
      false,
      false,
    ])

    const shown = await made.handlers.models.predictions({ runId }, inCall)
    const said = await Promise.all(rows(0, 80).map(async (row) => (await explain(row)).verdict.classIndex))
    const differ = rows(0, 80).filter((row) => said[row] !== shown[row]!.classIndex)
    expect(differ.length).toBeGreaterThan(0)
    expect(differ.every((row) => row < 40)).toBe(true)
  })

  describe('whoever is unlike all labelled students', () => {
    /** Students of rows 70, 85 and 101 are something else than the others, each in a photo without labels; so is the labelled one of row 5. */
    const strangers = [70, 85, 101]
    const strange = (values: Float32Array): void => {
      for (const row of [5, ...strangers])
        for (let column = 4; column < width; column += 1) values[row * width + column]! += 7
    }
    async function unfamiliar(made: Made) {
      const asked = { runId: null, reasons: ['unfamiliar'], predicted: null, offset: 0, limit: 100 }
      const { items } = await made.handlers.learning.reviewQueue(asked, inCall)
      return new Map(items.map(({ studentId, reasons }) => [made.students.indexOf(studentId), reasons[0]!.value]))
    }

    test('needs eyes, hardly anybody else does for this, and no longer once one of the kind is labelled', async () => {
      const made = await project({ scenes: 16, change: strange })
      // Not the strange one of row 5: nobody like it is known.
      await label(
        made,
        rows(0, 60).filter((row) => row !== 5),
      )
      await made.handlers.learning.learnNow({}, inCall)
      const found = await unfamiliar(made)
      const farthest = [...found].toSorted(([, one], [, other]) => other - one).map(([row]) => row)
      expect(new Set(farthest.slice(0, 4))).toEqual(new Set([5, ...strangers]))
      // Of 97 of the usual kind.
      expect(found.size - 4).toBeLessThan(10)
      for (const row of strangers) expect(found.get(row)).toBeGreaterThan(1.2)

      await label(made, [5, 70, 85])
      await made.handlers.learning.learnNow({}, inCall)
      const after = await unfamiliar(made)
      for (const row of [5, ...strangers]) expect(after.has(row), String(row)).toBe(false)
    })

    test('is not told of where too few photos have labels', async () => {
      const made = await project({ scenes: 16, change: strange })
      await label(made, rows(10, 30))
      await made.handlers.learning.learnNow({}, inCall)
      expect(await unfamiliar(made)).toEqual(new Map())
    })

    test('is nobody where all are of one kind, or have no vectors that are numbers', async () => {
      const made = await project({ scenes: 16, change: (values) => values.fill(Number.NaN, 100 * width, 110 * width) })
      await label(made, rows(0, 60))
      await made.handlers.learning.learnNow({}, inCall)
      const found = await unfamiliar(made)
      expect(found.size).toBeLessThanOrEqual(4)
      for (const row of rows(100, 110)) expect(found.has(row)).toBe(false)
    })
  })

  test('photos that look alike are held out together, and are one photo', async () => {
    const made = await project({ scenes: 8 })
    // The second photo of each pair is the first one, a few bits of its look aside.
    writeTo(made.projectFolder, (store) => {
      for (const [index, sceneId] of allSceneIds(store).entries()) {
        const bits = new Uint8Array(32).fill(0x11 << Math.floor(index / 2))
        bits[0]! ^= index % 2
        updateScene(store, sceneId, { hasPhoto: true, contentHash: `content ${index}` })
        putPhotoLook(store, `content ${index}`, bits)
      }
    })
    await label(made, rows(0, 80))
    await made.handlers.learning.learnNow({}, inCall)
    const of = async () => (await now(made)).models[0]!
    expect(await of()).toMatchObject({ students: 80, scenes: 4, heldOut: 'scenes' })

    // Without their looks they are eight.
    writeTo(made.projectFolder, (store) => {
      store.prepare('UPDATE photo_look SET bits = NULL').run()
    })
    await made.handlers.learning.learnNow({}, inCall)
    expect(await of()).toMatchObject({ students: 80, scenes: 8, heldOut: 'scenes' })
  })

  test('it gets better with more corrections, and one can go back', async () => {
    const made = await project({ scenes: 16, apart: 1.6 })
    await label(made, rows(0, 24))
    const [first] = (await until(made, versions(1))).models
    await label(made, rows(24, 110))
    const [second] = (await until(made, versions(2))).models
    const unseen = rows(110, 160)
    const [before, after] = [
      await shareRight(made, first!.runId, unseen),
      await shareRight(made, second!.runId, unseen),
    ]
    expect(after).toBeGreaterThan(before)
    expect(second!.accuracy.total).toBe(110)

    await made.handlers.learning.activate({ learntId: first!.id }, inCall)
    expect((await now(made)).activeId).toBe(first!.id)
    await label(made, rows(110, 140))
    const later = await until(made, versions(3))
    expect(later.activeId).toBe(first!.id)
    await made.handlers.learning.learnNow({}, inCall)
    const asked = await now(made)
    expect(asked.activeId).toBe(asked.models[0]!.id)
  })

  test('a restart keeps versions and the one that was gone back to', async () => {
    const made = await project()
    await label(made, rows(0, 30))
    await made.handlers.learning.learnNow({}, inCall)
    await made.handlers.learning.learnNow({}, inCall)
    const { models } = await now(made)
    await made.handlers.learning.activate({ learntId: models[1]!.id }, inCall)
    await made.close()
    const again = testWorkbench({ folder: made.folder, client: compute, learningRestMs: restMs })
    await again.handlers.project.open({ folder: made.projectFolder }, inCall)
    const state = await now(again)
    expect(state.models).toEqual(models)
    expect(state).toMatchObject({ state: 'ready', activeId: models[1]!.id, corrected: 30, needed: 15 })
  })

  test('nothing is learnt while nobody watches', async () => {
    const made = await project()
    await label(made, rows(0, 40))
    await new Promise((resolve) => setTimeout(resolve, 5 * restMs))
    expect(await made.handlers.models.runs({}, inCall)).toEqual([])
  })

  test("a file's labels are learnt from as well, and counted apart", async () => {
    const made = await project({ labelOf: (row) => (row < 40 ? truthOf(row) : null) })
    await label(made, rows(0, 10))
    await made.handlers.learning.learnNow({}, inCall)
    const [model] = (await now(made)).models
    expect(model).toMatchObject({ students: 10, imported: 30 })
    const [run] = await made.handlers.models.runs({}, inCall)
    expect(run!.name).toBe('Learnt from 10 corrections and 30 imported labels')
  })

  test('better features that came later are learnt on at once', async () => {
    const made = await project()
    await label(made, rows(0, 30))
    await until(made, versions(1))
    writeTo(made.projectFolder, (store) => {
      const more = `INSERT INTO feature_set (modality, width, dtype, byte_order, form, file, sha256, import_id)
        SELECT 'b', width, dtype, byte_order, form, file, 'bb', import_id FROM feature_set`
      store.prepare(more).run()
      store.prepare('INSERT INTO feature (student_id, set_id, row) SELECT student_id, 2, row FROM feature').run()
    })
    // An extraction says that students have changed; here a deleted one says so.
    await made.handlers.edits.apply(
      { edits: [{ kind: 'delete', studentId: made.students[79]! }], annotator: 'Ada' },
      inCall,
    )
    const [newest] = (await until(made, versions(2))).models
    expect(newest!.modality).toBe('a+b')
  })

  test('old versions go, but never the one that is shown', async () => {
    const made = await project({ scenes: 4 })
    await label(made, rows(0, 24))
    await made.handlers.learning.learnNow({}, inCall)
    const [oldest] = (await now(made)).models
    for (let version = 2; version <= 11; version += 1) await made.handlers.learning.learnNow({}, inCall)
    const kept = (await now(made)).models.map(({ id }) => id)
    expect(kept).toHaveLength(10)
    expect(kept).not.toContain(oldest!.id)
    const folders = readdirSync(join(made.projectFolder, 'models')).filter((name) => name.startsWith('learnt-'))
    expect(folders).toHaveLength(10)
    expect(await made.handlers.models.list({}, inCall)).toHaveLength(10)
  })

  test('a model that somebody removes takes its version along', async () => {
    const made = await project()
    await label(made, rows(0, 30))
    await made.handlers.learning.learnNow({}, inCall)
    const [model] = (await now(made)).models
    // Else another one would be learnt at once.
    await made.handlers.learning.configure({ enabled: false, modality: null }, inCall)
    await made.handlers.models.remove({ modelId: model!.modelId }, inCall)
    expect(await until(made, (state) => state.models.length === 0)).toMatchObject({ activeId: null })
  })
})

describe('what stands in the way', () => {
  const problemOf = (wanted: Promise<unknown>) =>
    wanted.then(
      () => null,
      (error: { readonly code: string; readonly message: string }) => error,
    )

  test('one class only: it says so, and goes on once there is another', async () => {
    const made = await project()
    await label(made, rows(0, 30), () => 1)
    const blocked = await until(made, ({ state }) => state === 'blocked')
    expect(blocked.problem?.code).toBe('learning.one-class')
    expect(blocked.problem?.message).toContain('Listening')
    expect(await made.handlers.models.list({}, inCall)).toEqual([])
    await label(made, rows(0, 30))
    expect((await until(made, versions(1))).problem).toBeNull()
  })

  test('no vectors', async () => {
    const made = await project({ withVectors: false })
    await label(made, rows(0, 30))
    const state = await until(made, ({ corrected }) => corrected === 30)
    expect(state).toMatchObject({ state: 'blocked', modality: null, problem: { code: 'learning.no-vectors' } })
    expect(await problemOf(Promise.resolve(made.handlers.learning.learnNow({}, inCall)))).toMatchObject({
      code: 'learning.no-vectors',
    })
  })

  test('too few labels for learning now', async () => {
    const made = await project()
    await label(made, rows(0, 7))
    expect(await problemOf(Promise.resolve(made.handlers.learning.learnNow({}, inCall)))).toMatchObject({
      code: 'learning.too-few',
    })
  })

  test('vectors that are no numbers are left out', async () => {
    const made = await project({ change: (values) => values.fill(Number.NaN, 3 * width, 6 * width) })
    await label(made, rows(0, 40))
    await made.handlers.learning.learnNow({}, inCall)
    const [model] = (await now(made)).models
    expect(model!.accuracy.total).toBe(37)
    const [run] = await made.handlers.models.runs({}, inCall)
    expect(run).toMatchObject({ students: 77, omitted: [{ code: 'features-not-finite', count: 3 }] })
  })

  test('a file of vectors that is gone', async () => {
    const made = await project({ change: () => undefined })
    await label(made, rows(0, 30))
    writeFileSync(join(made.projectFolder, importFolder(1), 'a.bin'), new Uint8Array(40))
    const state = await until(made, ({ state: name }) => name === 'blocked')
    expect(state.problem?.code).toBe('features.row-missing')
    expect(await made.handlers.models.list({}, inCall)).toEqual([])
    expect(readdirSync(join(made.projectFolder, 'models'))).toEqual([])
  })

  test('switched off, it rests; switched on, it learns', async () => {
    const made = await project()
    await made.handlers.learning.configure({ enabled: false, modality: null }, inCall)
    await label(made, rows(0, 30))
    const off = await until(made, ({ corrected }) => corrected === 30)
    expect(off).toMatchObject({ state: 'off', enabled: false })
    await made.handlers.learning.configure({ enabled: true, modality: 'a' }, inCall)
    await until(made, versions(1))
  })

  test('features and versions that there are not', async () => {
    const made = await project()
    const { learning } = made.handlers
    expect(
      await problemOf(Promise.resolve(learning.configure({ enabled: true, modality: 'b' }, inCall))),
    ).toMatchObject({
      code: 'learning.modality-unknown',
    })
    expect(() => learning.activate({ learntId: 7 }, inCall)).toThrow('no learnt version 7')
  })

  test('no project is open', async () => {
    const workbench = testWorkbench({ client: compute })
    expect(await now(workbench)).toMatchObject({ state: 'off', models: [], corrected: 0 })
    expect(
      await problemOf(Promise.resolve().then(() => workbench.handlers.learning.learnNow({}, inCall))),
    ).toMatchObject({
      code: 'project.none-open',
    })
  })

  test('learning now takes the place of what is being learnt', async () => {
    const made = await project({ scenes: 60 })
    await label(made, rows(0, 600))
    const first = problemOf(Promise.resolve(made.handlers.learning.learnNow({}, inCall)))
    await made.handlers.learning.learnNow({}, inCall)
    expect(await first).toMatchObject({ code: 'job.cancelled' })
    expect((await now(made)).models).toHaveLength(1)
    expect(await made.handlers.models.list({}, inCall)).toHaveLength(1)
  })

  test('cancelled by hand, it waits for more corrections; nothing is left of it', async () => {
    const made = await project({ scenes: 60 })
    await label(made, rows(0, 600))
    const learning = problemOf(Promise.resolve(made.handlers.learning.learnNow({}, inCall)))
    for await (const [job] of made.handlers.jobs.watch({}, inCall)) {
      if (job?.kind !== 'learn') continue
      if (job.state === 'running') await made.handlers.jobs.cancel({ jobId: job.id }, inCall)
      break
    }
    expect(await learning).toMatchObject({ code: 'job.cancelled' })
    expect(await made.handlers.models.list({}, inCall)).toEqual([])
    const state = await now(made)
    await new Promise((resolve) => setTimeout(resolve, 3 * restMs))
    expect(state).toMatchObject({ models: [], problem: null })
    expect(existsSync(join(made.projectFolder, 'models'))).toBe(true)
    expect(readdirSync(join(made.projectFolder, 'models'))).toEqual([])
  })
})
