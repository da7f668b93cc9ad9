import { expect, test } from 'vitest'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import { GraphBuilder } from '#main/onnx/graph-builder.ts'
import { contrastiveLoss } from '#main/training/losses/contrastive-loss.ts'
import { Tape } from '#main/training/tape/tape.ts'
import { trainingOperators } from '#main/training/tape/training-operators.ts'
import { floats, floatsOf } from '#main/training/training-session.ts'
import { cpuSession } from '../../support/training.ts'

const temperature = 0.2

/** RAFNet's formula on plain numbers (training.md). */
function expectedLoss(rows: readonly (readonly number[])[], labels: readonly number[]): number {
  const unit = rows.map((row) => row.map((value) => value / Math.max(Math.hypot(...row), 1e-12)))
  const losses = unit.flatMap((own, i) => {
    const similarity = unit.map((other) => own.reduce((sum, value, k) => sum + value * other[k]!, 0) / temperature)
    const largest = Math.max(...similarity)
    const others = similarity.flatMap((value, a) => (a === i ? [] : [Math.exp(value - largest)]))
    const logarithm = Math.log(others.reduce((sum, value) => sum + value, 0) + 1e-8)
    const shares = similarity.flatMap((value, p) => (p !== i && labels[p] === labels[i] ? [value - logarithm] : []))
    return shares.length === 0 ? [] : [-shares.reduce((sum, value) => sum + value, 0) / (shares.length + 1e-8)]
  })
  return losses.length === 0 ? 0 : losses.reduce((sum, value) => sum + value, 0) / losses.length
}

async function emittedLoss(rows: readonly (readonly number[])[], labels: readonly number[]) {
  const graph = new GraphBuilder('contrastive')
  const tape = new Tape(graph)
  const shape = [rows.length, rows[0]!.length]
  const logits = tape.variable(graph.input('logits', 'float32', shape), shape)
  const classes = tape.value(graph.input('labels', 'float32', [rows.length, 1]), [rows.length, 1])
  const operators = trainingOperators(tape, () => logits)
  const loss = contrastiveLoss(tape, operators, logits, classes, temperature)
  graph.output(loss.name, 'loss', 'float32', [])
  graph.output(tape.gradients(loss).get(logits)!.name, 'gradient', 'float32', shape)
  const model = {
    irVersion: 8,
    operatorSets: new Map([['', 17]]),
    producerName: '',
    producerVersion: '',
    metadata: new Map(),
  }
  const session = await cpuSession(encodeModel({ ...model, graph: graph.build() }))
  const outputs = await session.run({
    logits: floats(Float32Array.from(rows.flat()), shape),
    labels: floats(Float32Array.from(labels), [rows.length, 1]),
  })
  return { loss: floatsOf(outputs, 'loss')[0]!, gradient: [...floatsOf(outputs, 'gradient')] }
}

const rows = Array.from({ length: 7 }, (_, row) =>
  Array.from({ length: 5 }, (_value, column) => Math.sin(3 * row + 1.3 * column)),
)

test('value and gradient are RAFNet’s; a class with one student takes no part', async () => {
  const labels = [0, 1, 0, 2, 1, 0, 4]
  const { loss, gradient } = await emittedLoss(rows, labels)
  expect(loss).toBeCloseTo(expectedLoss(rows, labels), 5)
  const step = 1e-5
  for (const [index, actual] of gradient.entries()) {
    const moved = (by: number): number =>
      expectedLoss(
        rows.map((row, i) => row.map((value, k) => (i * 5 + k === index ? value + by : value))),
        labels,
      )
    expect(actual).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 4)
  }
})

test('a batch in which no class occurs twice has loss 0 and gradient 0', async () => {
  const { loss, gradient } = await emittedLoss(rows.slice(0, 4), [0, 1, 2, 3])
  expect(loss).toBeCloseTo(0, 7)
  expect(gradient.every((value) => Math.abs(value) < 1e-7)).toBe(true)
})
