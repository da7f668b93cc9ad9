import { join } from 'node:path'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { percentileInterval } from '#shared/metrics/percentile-interval.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { defaultModels, withoutDefaultModels } from '../support/default-models.ts'
import { logisticProbabilities, similarities, standardised } from '../support/dual-logistic.ts'
import { labelledScenes, type LabelledScene } from '../support/labelled-scenes.ts'
import { rafnetFolder, withoutRafnet } from '../support/rafnet.ts'
import type { BenchResult } from './bench-result.ts'
import { atMost, median, notRun } from './measure.ts'
import { root } from './session.ts'

/** Bowing Head, Listening, Reading/Writing: of the others there are five students in all. */
const classes = 3
const folds = 5
const innerFolds = 4
const repeats = 6
const withinRepeats = 15
const penalties = [0.003, 0.03, 0.3, 3] as const
const resamples = 2000
/** A scene tells something about a class that at least so many students of it have. */
const leastOfClass = 5

interface Student {
  readonly scene: number
  readonly label: number
}

/** Fold of each row, classes spread evenly, at random. */
function stratified(labels: readonly number[], count: number, random: () => number): number[] {
  const order = labels
    .map((label, row) => ({ row, label, at: random() }))
    .sort((a, b) => a.label - b.label || a.at - b.at)
  const fold = new Array<number>(labels.length).fill(0)
  order.forEach(({ row }, place) => (fold[row] = place % count))
  return fold
}

const rowsWhere = (fold: readonly number[], test: (fold: number) => boolean): number[] =>
  fold.flatMap((one, row) => (test(one) ? [row] : []))

/** Probabilities of the test rows; features standardised and the penalty chosen by the training rows alone. */
function fitAndAsk(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  train: readonly number[],
  test: readonly number[],
  random: () => number,
): Float64Array[] {
  const scaled = standardised(vectors, train)
  const of = (rows: readonly number[]) => rows.map((row) => scaled[row]!)
  const trainLabels = train.map((row) => labels[row]!)
  const among = similarities(of(train), of(train))
  const inner = stratified(trainLabels, innerFolds, random)
  const losses = penalties.map((penalty) => {
    let loss = 0
    for (let fold = 0; fold < innerFolds; fold++) {
      const [kept, held] = [rowsWhere(inner, (one) => one !== fold), rowsWhere(inner, (one) => one === fold)]
      const pick = (rows: readonly number[]) =>
        rows.map((row) => Float64Array.from(kept, (other) => among[row]![other]!))
      const told = logisticProbabilities(
        pick(kept),
        kept.map((row) => trainLabels[row]!),
        pick(held),
        classes,
        penalty,
      )
      held.forEach((row, index) => (loss -= Math.log(Math.max(1e-12, told[index]![trainLabels[row]!]!))))
    }
    return loss
  })
  const penalty = penalties[losses.indexOf(Math.min(...losses))]!
  return logisticProbabilities(among, trainLabels, similarities(of(test), of(train)), classes, penalty)
}

const argmax = (values: ArrayLike<number>): number => Array.from(values).indexOf(Math.max(...Array.from(values)))

type Predict = (train: readonly number[], test: readonly number[], random: () => number) => number[]

/** [students]: the share of the repeats in which a student, held out, was told rightly. */
function heldOutHits(students: readonly Student[], predict: Predict): number[] {
  const random = seededRandom(5)
  const hits = students.map(() => 0)
  for (let repeat = 0; repeat < repeats; repeat++) {
    const fold = stratified(
      students.map(({ label }) => label),
      folds,
      random,
    )
    for (let one = 0; one < folds; one++) {
      const [train, test] = [rowsWhere(fold, (other) => other !== one), rowsWhere(fold, (other) => other === one)]
      predict(train, test, random).forEach((label, index) => {
        if (label === students[test[index]!]!.label) hits[test[index]!]! += 1 / repeats
      })
    }
  }
  return hits
}

function commonest(labels: readonly number[]): number {
  const counts = new Float64Array(classes)
  for (const label of labels) counts[label]! += 1
  return argmax(counts)
}

/**
 * Over pairs of one student of each class, held out together: how often the model ranks them rightly. [a][b], NaN where a
 * pair was never held out together.
 */
function concordance(vectors: readonly Float32Array[], labels: readonly number[], positive: number): number[][] {
  const random = seededRandom(9)
  const [ones, others] = [
    rowsWhere(labels, (label) => label === positive),
    rowsWhere(labels, (label) => label !== positive),
  ]
  const wins = ones.map(() => others.map(() => 0))
  const seen = ones.map(() => others.map(() => 0))
  for (let repeat = 0; repeat < withinRepeats; repeat++) {
    const fold = stratified(labels, folds, random)
    for (let one = 0; one < folds; one++) {
      const [train, test] = [rowsWhere(fold, (other) => other !== one), rowsWhere(fold, (other) => other === one)]
      const told = fitAndAsk(vectors, labels, train, test, random)
      const score = new Map(test.map((row, index) => [row, told[index]![positive]!]))
      ones.forEach((a, i) =>
        others.forEach((b, j) => {
          const [first, second] = [score.get(a), score.get(b)]
          if (first === undefined || second === undefined) return
          seen[i]![j]! += 1
          wins[i]![j]! += first > second ? 1 : first === second ? 0.5 : 0
        }),
      )
    }
  }
  return wins.map((row, i) => row.map((count, j) => count / seen[i]![j]!))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const drawn = (count: number, random: () => number) => Array.from({ length: count }, () => Math.floor(random() * count))

function meanOfPairs(
  pairs: readonly (readonly number[])[],
  rows: readonly number[],
  columns: readonly number[],
): number {
  return mean(rows.flatMap((i) => columns.map((j) => pairs[i]![j]!)).filter((value) => !Number.isNaN(value)))
}

/** Mean over scenes, and its 95 % interval by resampling students of each class. */
function areaUnderCurve(scenes: readonly (readonly (readonly number[])[])[]): string {
  const random = seededRandom(2)
  const all = (count: number) => Array.from({ length: count }, (_, index) => index)
  const value = mean(scenes.map((pairs) => meanOfPairs(pairs, all(pairs.length), all(pairs[0]!.length))))
  const samples = Array.from({ length: resamples }, () =>
    mean(scenes.map((pairs) => meanOfPairs(pairs, drawn(pairs.length, random), drawn(pairs[0]!.length, random)))),
  )
  const [low, high] = percentileInterval(samples)
  return `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

function accuracy(hits: readonly number[]): string {
  const random = seededRandom(3)
  const samples = Array.from(
    { length: resamples },
    () => 100 * mean(drawn(hits.length, random).map((row) => hits[row]!)),
  )
  const [low, high] = percentileInterval(samples)
  return `${(100 * mean(hits)).toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`
}

/** Those students of a scene whose class enough others of it have. */
function comparable(students: readonly Student[], scene: number): number[] {
  const rows = students.flatMap((student, row) => (student.scene === scene ? [row] : []))
  return rows.filter(
    (row) => rows.filter((other) => students[other]!.label === students[row]!.label).length >= leastOfClass,
  )
}

/** Default vectors of the labelled boxes, and how long a scene took. */
async function defaultVectors(
  scenes: readonly LabelledScene[],
): Promise<{ readonly vectors: Float32Array[][]; readonly times: number[] }> {
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'src-main', 'compute', 'main.ts')) })
  try {
    const input = scenes.map(({ file, boxes }) => ({
      file,
      boxes: Float64Array.from(boxes.flatMap(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2])),
    }))
    const vectors: Float32Array[][] = []
    const times: number[] = []
    for (let round = 0; round < 4; round++) {
      for await (const message of compute.detection.embed({ folder: defaultModels!, scenes: input, device: 'cpu' })) {
        if (message.kind === 'failed') throw new Error(message.error.message)
        if (message.kind === 'end' && round > 0) times.push(message.msPerScene)
        if (message.kind === 'scene') {
          vectors[message.index] = scenes[message.index]!.boxes.map((_, box) =>
            message.vectors.slice(768 * box, 768 * (box + 1)),
          )
        }
      }
    }
    return { vectors, times }
  } finally {
    await compute.close()
  }
}

/** What the default vectors tell of 146 labelled students, out of sample, beside what needs no vector; bars only for time. */
export async function bench(): Promise<BenchResult[]> {
  const name = 'default embeddings: time of a scene on the CPU'
  if (rafnetFolder === null || defaultModels === null) {
    return [notRun(name, 'ms', 150, rafnetFolder === null ? withoutRafnet : withoutDefaultModels)]
  }
  const scenes = await labelledScenes(rafnetFolder)
  const { vectors, times } = await defaultVectors(scenes)
  const kept = scenes.flatMap(({ classes: labels }, scene) =>
    labels.flatMap((label, row) => (label < classes ? [{ scene, label, row }] : [])),
  )
  const columns: Record<string, Float32Array[]> = {
    'default (NanoDet, 768-D)': kept.map(({ scene, row }) => vectors[scene]![row]!),
    'RAFNet convnext (1024-D)': kept.map(({ scene, row }) => scenes[scene]!.vectors['convnext']![row]!),
    'RAFNet grouprec (1024-D)': kept.map(({ scene, row }) => scenes[scene]!.vectors['grouprec']![row]!),
  }
  const labels = kept.map(({ label }) => label)
  const say = (what: string, pooled: string, within: string) =>
    void process.stderr.write(`${what.padEnd(26)} ${pooled.padEnd(20)} ${within}\n`)
  say(`${kept.length} students, 3 scenes`, 'accuracy %, pooled', 'AUC within scenes')
  say(
    'commonest class',
    accuracy(heldOutHits(kept, (train, test) => test.map(() => commonest(train.map((row) => labels[row]!))))),
    '0.50',
  )
  const ofScene: Predict = (train, test) =>
    test.map((row) =>
      commonest(train.filter((other) => kept[other]!.scene === kept[row]!.scene).map((other) => labels[other]!)),
    )
  say('scene identity', accuracy(heldOutHits(kept, ofScene)), '0.50')
  for (const [what, rows] of Object.entries(columns)) {
    const told: Predict = (train, test, random) => fitAndAsk(rows, labels, train, test, random).map(argmax)
    const pairs = scenes.flatMap((_, scene) => {
      const members = comparable(kept, scene)
      const own = members.map((row) => labels[row]!)
      return new Set(own).size === 2
        ? [
            concordance(
              members.map((row) => rows[row]!),
              own,
              own[0]!,
            ),
          ]
        : []
    })
    say(what, accuracy(heldOutHits(kept, told)), `${areaUnderCurve(pairs)} over ${pairs.length} scenes`)
  }
  return [atMost(name, median(times), 'ms', 150, 'about 50 boxes, decoding included')]
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
