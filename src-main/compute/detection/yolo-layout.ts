import { AppError } from '#shared/contract/app-error.ts'
import type { Size } from '#shared/geometry/box.ts'
import type { YoloLayout } from './yolo-card.ts'
import { cellCount } from './yolox-boxes.ts'

/** A detector's answer to one photo. */
export interface YoloAnswer {
  readonly values: Float32Array
  readonly dimensions: readonly number[]
}

/**
 * How an answer is laid out, told by which of its axes has as many entries as the input has cells (strides 8, 16 and 32).
 * Whether YOLOX's boxes are decoded is told by their centres: offsets in a cell lie around 0 to 1, px spread over the input.
 *
 * @throws AppError `detector.output-unexpected` naming the shape
 */
export function recogniseLayout({ values, dimensions }: YoloAnswer, input: Size, file: string): YoloLayout {
  const cells = cellCount(input)
  const [batch, first, second] = dimensions
  const fits = dimensions.length === 3 && batch === 1 && first !== undefined && second !== undefined
  if (fits && second === cells && first >= 5 && first !== cells) return 'yolov8'
  if (fits && first === cells && second >= 6) return centresSpread(values, second, input) ? 'yolox-decoded' : 'yolox'
  throw outputUnexpected(file, dimensions, input)
}

/** Whether a card's layout fits the answer. */
export function checkLayout(answer: YoloAnswer, layout: YoloLayout, input: Size, file: string): void {
  const cells = cellCount(input)
  const [batch, first, second] = answer.dimensions
  const [places, columns, least] = layout === 'yolov8' ? [second, first, 5] : [first, second, 6]
  const fits = answer.dimensions.length === 3 && batch === 1 && places === cells && (columns ?? 0) >= least
  if (!fits) throw outputUnexpected(file, answer.dimensions, input)
}

function centresSpread(rows: Float32Array, columns: number, input: Size): boolean {
  let far = 0
  const count = rows.length / columns
  for (let at = 0; at < rows.length; at += columns) if (Math.abs(rows[at]!) > input.widthPx / 8) far += 1
  return far > count / 2
}

function outputUnexpected(file: string, dimensions: readonly number[], input: Size): AppError {
  const cells = cellCount(input)
  const shape = dimensions.join(', ')
  return new AppError(
    'detector.output-unexpected',
    `${file} answers with [${shape}] to an input of ${input.widthPx} × ${input.heightPx} px. Lectern reads [1, ${cells}, 5 + classes] (YOLOX) and [1, 4 + classes, ${cells}] (YOLOv8, YOLO11): export the model in one of these forms, without non-maximum suppression in it, or name its input size in its card.`,
    { file, shape },
  )
}
