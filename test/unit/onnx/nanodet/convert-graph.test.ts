import { describe, expect, test } from 'vitest'
import type { TfGraphModel, TfNode, TfTensor } from '#main/codecs/tfjs/graph-model.ts'
import { keepChannels } from '#main/onnx/detectors/nanodet/keep-channels.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import {
  converted,
  floats,
  graphModel,
  node,
  numbers,
  ramp,
  runConverted,
  text,
  whole,
} from '../../../support/tf-graphs.ts'

const shape = [1, 4, 5, 2] as const // batch, height, width, channel
const input = ramp(40)
const at = (values: readonly number[], [, h, w, c]: readonly number[], y: number, x: number, k: number): number =>
  y < 0 || x < 0 || y >= h! || x >= w! ? 0 : values[(y * w! + x) * c! + k]!

const window = {
  strides: numbers(1, 1, 1, 1),
  padding: text('VALID'),
  data_format: text('NHWC'),
  dilations: numbers(1, 1, 1, 1),
}
const toNchw = whole([4], [0, 3, 1, 2])
const toNhwc = whole([4], [0, 2, 3, 1])

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  expect(Math.max(...expected.map((value, index) => Math.abs(value - actual[index]!)))).toBeLessThan(1e-5)
}

/** TensorFlow's Conv2D without padding: NHWC input, HWIO weights, by its definition. */
function convolve(
  values: readonly number[],
  size: readonly number[],
  weight: TfTensor,
  stride: number,
  pad: number,
): number[] {
  const [kh, kw, ci, co] = weight.shape as [number, number, number, number]
  const rows = Math.floor((size[1]! + 2 * pad - kh) / stride) + 1
  const columns = Math.floor((size[2]! + 2 * pad - kw) / stride) + 1
  const out: number[] = []
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let o = 0; o < co; o++) {
        let total = 0
        for (let i = 0; i < kh; i++) {
          for (let j = 0; j < kw; j++) {
            for (let k = 0; k < ci; k++) {
              total +=
                at(values, size, y * stride + i - pad, x * stride + j - pad, k) *
                weight.values[((i * kw + j) * ci + k) * co + o]!
            }
          }
        }
        out.push(total)
      }
    }
  }
  return out
}

const weight = floats([3, 3, 2, 3], ramp(54, 0.53))
const bias = floats([3], [0.5, -2, 7])
const padding = whole([4, 2], [0, 0, 1, 1, 1, 1, 0, 0])

describe('operators, against their definitions in TensorFlow', () => {
  test('Conv2D with stride, its padding before it and its bias behind it become one node', async () => {
    const nodes = [
      node('pad', 'Pad', ['in', 'p']),
      node('conv', 'Conv2D', ['pad', 'w'], { ...window, strides: numbers(1, 2, 2, 1) }),
      node('out', 'Add', ['conv', 'b']),
    ]
    const model = graphModel(nodes, { w: weight, b: bias, p: padding })
    const { dimensions, values } = await runConverted(model, shape, input)
    expect(dimensions).toEqual([1, 2, 3, 3])
    close(
      values,
      convolve(input, shape, weight, 2, 1).map((value, index) => value + bias.values[index % 3]!),
    )
    const operators = converted(model, shape, [0, 3, 1, 2]).nodes.map(({ operator }) => operator)
    expect(operators.filter((operator) => operator !== 'Transpose')).toEqual(['Conv'])
  })

  test('a convolution that something else reads too is not changed by the bias behind it', () => {
    const nodes = [
      node('conv', 'Conv2D', ['in', 'w'], window),
      node('biased', 'AddV2', ['conv', 'b']),
      node('out', 'Add', ['conv', 'biased']),
    ]
    const error = thrownAppError(() => converted(graphModel(nodes, { w: weight, b: bias }), shape, [0, 1, 2, 3]))
    expect(error.message).toMatch(/its input 1 is a constant \(AddV2 "biased"\)/)
  })

  test('transposes on both sides of a layer cancel out', async () => {
    const nodes = [
      node('last', 'Transpose', ['in', 'toNhwc']),
      node('conv', 'Conv2D', ['last', 'w'], window),
      node('first', 'Transpose', ['conv', 'toNchw']),
      node('out', 'LeakyRelu', ['first'], { alpha: { kind: 'float', value: 0.125 } }),
    ]
    const model = graphModel(nodes, { w: weight, toNhwc, toNchw })
    const channelsFirst = [1, 2, 4, 5]
    const stored = Array.from({ length: 40 }, (_, index) =>
      at(input, shape, Math.floor((index % 20) / 5), index % 5, Math.floor(index / 20)),
    )
    const { dimensions, values } = await runConverted(model, channelsFirst, stored)
    const expected = convolve(input, shape, weight, 1, 0).map((value) => (value < 0 ? value / 8 : value))
    expect(dimensions).toEqual([1, 3, 2, 3])
    close(
      values,
      Array.from({ length: 18 }, (_, index) => expected[(index % 6) * 3 + Math.floor(index / 6)]!),
    )
    expect(converted(model, channelsFirst, [0, 1, 2, 3]).nodes.map(({ operator }) => operator)).toEqual([
      'Conv',
      'LeakyRelu',
    ])
  })

  test('MaxPool takes a padding of −∞ for its own, and does not let one of zeros win over negative values', async () => {
    const negative = input.map((value) => -Math.abs(value) - 1)
    const nodes = [
      node('pad', 'PadV2', ['in', 'p', 'v']),
      node('out', 'MaxPool', ['pad'], { ...window, ksize: numbers(1, 3, 3, 1), strides: numbers(1, 2, 2, 1) }),
    ]
    const pooled = (outside: number): number[] =>
      Array.from({ length: 12 }, (_, index) => {
        const [y, x, channel] = [Math.floor(index / 6), Math.floor(index / 2) % 3, index % 2]
        const seen = [-1, 0, 1].flatMap((i) =>
          [-1, 0, 1].map((j) => {
            const [row, column] = [2 * y + i, 2 * x + j]
            const inside = row >= 0 && column >= 0 && row < 4 && column < 5
            return inside ? at(negative, shape, row, column, channel) : outside
          }),
        )
        return Math.max(...seen)
      })
    for (const outside of [-3.4e38, 0]) {
      const model = graphModel(nodes, { p: padding, v: floats([], [outside]) })
      const { dimensions, values } = await runConverted(model, shape, negative)
      expect(dimensions).toEqual([1, 2, 3, 2])
      close(values, pooled(outside))
    }
  })

  test('padding that nothing takes is carried out in the stored order', async () => {
    const nodes = [node('moved', 'Transpose', ['in', 'toNchw']), node('out', 'Pad', ['moved', 'p'])]
    const model = graphModel(nodes, { toNchw, p: whole([4, 2], [0, 0, 0, 1, 2, 0, 0, 0]) })
    const { dimensions, values } = await runConverted(model, shape, input)
    expect(dimensions).toEqual([1, 3, 6, 5])
    const expected = Array.from({ length: 90 }, (_, index) => {
      const [channel, y, x] = [Math.floor(index / 30), Math.floor(index / 5) % 6, index % 5]
      return channel < 2 && y >= 2 ? at(input, shape, y - 2, x, channel) : 0
    })
    close(values, expected)
  })

  test('ConcatV2 joins tensors of different stored orders, its axis counted from either end', async () => {
    for (const axis of [1, -3]) {
      const nodes = [
        node('moved', 'Transpose', ['in', 'toNchw']),
        node('back', 'Transpose', ['moved', 'toNhwc']),
        node('conv', 'Conv2D', ['in', 'one'], window),
        node('joined', 'ConcatV2', ['conv', 'back', 'axis']),
        node('out', 'Identity', ['joined']),
      ]
      const one = floats([1, 1, 2, 2], [1, 0, 0, 1])
      const model = graphModel(nodes, { toNchw, toNhwc, one, axis: whole([], [axis]) })
      const { dimensions, values } = await runConverted(model, shape, input)
      expect(dimensions).toEqual([1, 8, 5, 2])
      close(values, [...input, ...input])
    }
  })

  test('ResizeBilinear with half-pixel centres doubles and halves', async () => {
    const resized = (height: number, width: number) => {
      const out: number[] = []
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [v, u] = [((y + 0.5) * 4) / height - 0.5, ((x + 0.5) * 4) / width - 0.5].map((place) =>
            Math.min(3, Math.max(0, place)),
          )
          const [y0, x0] = [Math.floor(v!), Math.floor(u!)]
          const [y1, x1] = [Math.min(3, y0 + 1), Math.min(3, x0 + 1)]
          const [fy, fx] = [v! - y0, u! - x0]
          const value = (row: number, column: number) => input[row * 4 + column]!
          out.push(
            (value(y0, x0) * (1 - fx) + value(y0, x1) * fx) * (1 - fy) +
              (value(y1, x0) * (1 - fx) + value(y1, x1) * fx) * fy,
          )
        }
      }
      return out
    }
    for (const [height, width] of [
      [8, 8],
      [2, 2],
    ] as const) {
      const nodes = [
        node('out', 'ResizeBilinear', ['in', 'size'], {
          half_pixel_centers: { kind: 'boolean', value: true },
          align_corners: { kind: 'boolean', value: false },
        }),
      ]
      const model = graphModel(nodes, { size: whole([2], [height, width]) })
      const { dimensions, values } = await runConverted(model, [1, 4, 4, 1], input.slice(0, 16))
      expect(dimensions).toEqual([1, height, width, 1])
      close(values, resized(height, width))
    }
  })
})

describe('what is not converted is refused by the name of its node', () => {
  const size = whole([2], [8, 10])
  const cases: [string, TfGraphModel, RegExp][] = [
    ['an operator', graphModel([node('out', 'Einsum', ['in'])]), /the operator is not known \(Einsum "out"\)/],
    ['an operator of objects', graphModel([node('out', 'toString', ['in'])]), /the operator is not known/],
    ['an input that is nowhere', graphModel([node('out', 'LeakyRelu', ['gone'])]), /"gone"/],
    ['a second output', graphModel([node('out', 'LeakyRelu', ['in:1'])]), /"in:1"/],
    ['a circle', graphModel([node('out', 'LeakyRelu', ['b']), node('b', 'LeakyRelu', ['out'])]), /depends on itself/],
    ['no input', graphModel([node('out', 'LeakyRelu', [])]), /its input 0 is not there/],
    [
      'a constant for a tensor',
      graphModel([node('out', 'LeakyRelu', ['w'])], { w: weight }),
      /its input 0 is a constant/,
    ],
    ['a tensor for a constant', graphModel([node('out', 'Transpose', ['in', 'in'])]), /its input 1 is no constant/],
    [
      'an order of other axes',
      graphModel([node('out', 'Transpose', ['in', 'p'])], { p: whole([4], [0, 1, 2, 2]) }),
      /no order of 4 axes/,
    ],
    [
      'padding SAME',
      graphModel([node('out', 'Conv2D', ['in', 'w'], { ...window, padding: text('SAME') })], { w: weight }),
      /"padding" is "SAME"/,
    ],
    [
      'dilations',
      graphModel([node('out', 'Conv2D', ['in', 'w'], { ...window, dilations: numbers(1, 2, 2, 1) })], { w: weight }),
      /"dilations"/,
    ],
    [
      'strides of 0',
      graphModel([node('out', 'Conv2D', ['in', 'w'], { ...window, strides: numbers(1, 0, 0, 1) })], { w: weight }),
      /strides/,
    ],
    [
      'weights for other channels',
      graphModel([node('out', 'Conv2D', ['in', 'w'], window)], { w: floats([1, 1, 5, 1], ramp(5)) }),
      /do not fit 2 channels/,
    ],
    [
      'a window that does not fit',
      graphModel([node('out', 'Conv2D', ['in', 'w'], window)], { w: floats([9, 1, 2, 1], ramp(18)) }),
      /larger than its input/,
    ],
    [
      'negative paddings',
      graphModel([node('out', 'Pad', ['in', 'p'])], { p: whole([4, 2], [0, 0, -1, 0, 0, 0, 0, 0]) }),
      /paddings/,
    ],
    ['too few paddings', graphModel([node('out', 'Pad', ['in', 'p'])], { p: whole([1, 2], [0, 0]) }), /paddings/],
    [
      'tensors side by side that do not fit',
      graphModel([node('a', 'Pad', ['in', 'p']), node('out', 'ConcatV2', ['in', 'a', 'x'])], {
        p: padding,
        x: whole([], [3]),
      }),
      /do not fit side by side/,
    ],
    [
      'an axis that is not there',
      graphModel([node('out', 'ConcatV2', ['in', 'x'])], { x: whole([], [4]) }),
      /do not fit side by side/,
    ],
    ['whole-pixel centres', graphModel([node('out', 'ResizeBilinear', ['in', 'size'])], { size }), /half-pixel/],
    [
      'an attribute of another kind',
      graphModel([node('out', 'LeakyRelu', ['in'], { alpha: text('x') })]),
      /"alpha" is no float/,
    ],
    ['a rank that was not asked for', graphModel([node('out', 'Identity', ['w2'])], { w2: weight }), /constant/],
  ]
  test.each(cases)('%s', (_, model, sentence) => {
    const error = thrownAppError(() => converted(model, shape, [0, 1, 2, 3]))
    expect(error.code).toBe('detector.graph-unsupported')
    expect(error.message).toMatch(sentence)
  })

  test('a graph 50,000 nodes deep ends', () => {
    const nodes: TfNode[] = Array.from({ length: 50_000 }, (_, index) =>
      node(index === 49_999 ? 'out' : `n${index}`, 'Identity', [index === 0 ? 'in' : `n${index - 1}`]),
    )
    expect(converted(graphModel(nodes), shape, [0, 1, 2, 3]).nodes).toHaveLength(1)
  })
})

describe('keeping some channels', () => {
  test('takes the last axis in the order asked for and leaves other weights alone', () => {
    const model = graphModel([], { w: floats([2, 3], [1, 2, 3, 4, 5, 6]), other: bias })
    const kept = keepChannels(model, ['w'], [2, 0])
    expect(kept.weights.get('w')).toEqual(floats([2, 2], [3, 1, 6, 4]))
    expect(kept.weights.get('other')).toBe(bias)
    expect(model.weights.get('w')?.shape).toEqual([2, 3])
  })

  test.each<[string, string, RegExp]>([
    ['a weight that is not there', 'gone', /"gone".*not been found/],
    ['a channel too many', 'w', /"w" should have 4 channels or more but has 3/],
  ])('%s is refused', (_, name, sentence) => {
    const model = graphModel([], { w: floats([2, 3], ramp(6)) })
    const error = thrownAppError(() => keepChannels(model, [name], [3]))
    expect(error.code).toBe('detector.weights-unexpected')
    expect(error.message).toMatch(sentence)
  })
})
