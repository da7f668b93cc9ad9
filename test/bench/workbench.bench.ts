import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import type { WorkbenchSession } from '#main/hosts/start-workbench.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import type { BenchResult } from './bench-result.ts'
import { atMost, blockResult, longestBlock, medianMs } from './measure.ts'
import { benchSession, root } from './session.ts'

const students = 50_000
const studentsPerScene = 50
const width = 48

const dictionary = (entries: Record<string, PickleValue>): PickleValue => new Map(Object.entries(entries))

/** 50,000 students in 1,000 scenes with random vectors and labels, in RAFNet's form, for the sample's ConvNeXt-only head. */
function featurePickle(): Uint8Array {
  const random = seededRandom(7)
  const vectors = Float32Array.from({ length: students * width }, () => random() * 2 - 1)
  const labels = BigInt64Array.from({ length: students }, () => BigInt(Math.floor(random() * 5)))
  const rows = Array.from({ length: students }, (_, row) => row)
  const boxes = Float64Array.from(
    rows.flatMap((row) => {
      const seat = row % studentsPerScene
      const [x, y] = [20 + 120 * (seat % 10), 40 + 130 * Math.floor(seat / 10)]
      return [x, y, x + 80, y + 100]
    }),
  )
  const sizes = Int32Array.from(rows.flatMap(() => [720, 1280]))
  return writePickle(
    dictionary({
      convnext: NdArray.of('float32', vectors, [students, width]),
      labels: NdArray.of('int64', labels),
      metadata: dictionary({
        img_paths: rows.map((row) => `images/${Math.floor(row / studentsPerScene)}.jpg`),
        bbox_ids: rows.map((row) => String(row % studentsPerScene)),
        modalities: ['convnext'],
      }),
      context: dictionary({
        bbox_xyxy_abs: NdArray.of('float64', boxes, [students, 4]),
        image_hw: NdArray.of('int32', sizes, [students, 2]),
      }),
    }),
  )
}

/** The bars of a large project, through the same client that the page uses. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const session = benchSession(folder)
  try {
    const { client } = session
    const file = join(folder, 'features.pkl')
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, featurePickle())
    await client.project.create({ folder: join(folder, 'bench.lectern'), photoRoot: null })
    const importBlock = await longestBlock(() => client.exchange.importFeatures({ file }))
    const recipe = { kind: 'preset', preset: 'convnext_only_loss_tuned' } as const
    const planBlock = await longestBlock(() => client.training.plan({ recipe, data: { kind: 'project' } }))
    const model = await client.models.add({ file: join(root, 'resources', 'sample', 'convnext_only.pth') })
    let run = await client.models.predict({ modelId: model.id, device: 'cpu' })
    const predictBlock = await longestBlock(async () => {
      run = await client.models.predict({ modelId: model.id, device: 'cpu' })
    })
    const runId = run.id
    const evaluate = await medianMs(7, () => client.evaluation.evaluate({ runId }))
    const intervals = await medianMs(3, () => client.evaluation.intervals({ runId }))
    const intervalsBlock = await longestBlock(() => client.evaluation.intervals({ runId }))
    const cell = await medianMs(7, () => client.evaluation.students({ runId, truth: 1, predicted: 2, limit: 200 }))
    const page = await medianMs(7, () => client.scenes.list({ runId, limit: 200 }))
    const { rows } = await client.scenes.list({ limit: 1000 })
    let next = 0
    const scene = await medianMs(50, () => client.scenes.get({ sceneId: rows[next++]!.id, runIds: [runId] }))
    const { students: seats } = await client.scenes.get({ sceneId: rows[0]!.id })
    let seat = 0
    const label = await medianMs(40, () => {
      const edit = { kind: 'label', studentId: seats[seat++]!.id, classIndex: 1, source: 'person' } as const
      return client.edits.apply({ edits: [edit], annotator: 'bench' })
    })
    const undo = await medianMs(20, () => client.edits.undo({}))
    const queueBlock = await longestBlock(() => client.learning.reviewQueue({ runId }))
    const queue = await medianMs(7, async () => {
      const edit = { kind: 'label', studentId: seats[seat++]!.id, classIndex: 1, source: 'person' } as const
      await client.edits.apply({ edits: [edit], annotator: 'bench' })
      await client.learning.reviewQueue({ runId })
    })
    const report = await longestBlock(() =>
      client.reports.write({ runId, out: join(folder, 'report'), formats: ['html', 'csv', 'json'] }),
    )
    const large = await largeStep(client, rows.map((row) => row.id).slice(0, 200))
    return [
      atMost('evaluate 50,000 students', evaluate, 'ms', 200),
      atMost('2,000 clustered resamples of 50,000 students', intervals, 'ms', 2000),
      atMost('confusion cell to its students', cell, 'ms', 100),
      atMost('first 200 rows of 1,000 scenes with figures', page, 'ms', 100),
      atMost('one scene of 50 students with predictions', scene, 'ms', 50),
      atMost('label one student, written to disk', label, 'ms', 50),
      atMost('undo one label', undo, 'ms', 50),
      atMost('review queue of 50,000 students after a label', queue, 'ms', 200),
      blockResult('50,000 students imported', importBlock),
      blockResult('50,000 students predicted', predictBlock),
      blockResult('a training on 50,000 students planned', planBlock),
      blockResult('2,000 clustered resamples', intervalsBlock),
      blockResult('first review queue of 50,000 students', queueBlock),
      blockResult('report of 50,000 students written', report),
      ...large,
    ]
  } finally {
    await session.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The longest blocks of one step that labels every student of these scenes, then takes it back and does it again. */
async function largeStep(client: WorkbenchSession['client'], sceneIds: readonly number[]): Promise<BenchResult[]> {
  const scenes = await Promise.all(sceneIds.map((sceneId) => client.scenes.get({ sceneId })))
  const edits = scenes
    .flatMap((scene) => scene.students)
    .map(({ id }) => ({ kind: 'label', studentId: id, classIndex: 2, source: 'person' }) as const)
  const name = `${edits.length.toLocaleString('en')} edits as one step`
  const done = await longestBlock(() => client.edits.apply({ edits, annotator: 'bench' }))
  const undone = await longestBlock(() => client.edits.undo({}))
  const again = await longestBlock(() => client.edits.redo({}))
  return [blockResult(name, done), blockResult(`${name} undone`, undone), blockResult(`${name} done again`, again)]
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
