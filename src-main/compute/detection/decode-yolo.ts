import { AppError } from '#shared/contract/app-error.ts'
import { clipBox } from '#shared/geometry/box.ts'
import type { Size } from '#shared/geometry/box.ts'
import type { ScoredBox } from './scored-box.ts'
import type { YoloSettings } from './yolo-card.ts'
import type { YoloAnswer } from './yolo-layout.ts'
import type { LetterboxPlan } from './yolo-letterbox.ts'
import { decodeRows } from './yolox-boxes.ts'

/**
 * The persons in an answer, in px of the photo and clipped to it, not yet suppressed. YOLOX's score is objectness × class,
 * YOLOv8's the class alone. `answer` is used up.
 *
 * @throws AppError `detector.class-unknown`
 */
export function decodeYolo(
  { values, dimensions }: YoloAnswer,
  card: YoloSettings,
  plan: LetterboxPlan,
  photo: Size,
  file: string,
): ScoredBox[] {
  const [, first, second] = dimensions as readonly [number, number, number]
  const isRows = card.layout !== 'yolov8'
  const [cells, columns] = isRows ? [first, second] : [second, first]
  const classColumn = (isRows ? 5 : 4) + card.personClass
  if (classColumn >= columns) throw classUnknown(file, card, columns - (isRows ? 5 : 4))
  if (card.layout === 'yolox') decodeRows(values, columns, plan.input)
  const [cellStep, columnStep] = isRows ? [columns, 1] : [1, cells]
  const boxes: ScoredBox[] = []
  for (let cell = 0; cell < cells; cell += 1) {
    const value = (column: number): number => values[cell * cellStep + column * columnStep]!
    const score = value(classColumn) * (isRows ? value(4) : 1)
    if (!(score >= card.leastScore)) continue
    const box = inPhoto(value(0), value(1), value(2), value(3), plan, photo)
    if (box) boxes.push({ ...box, score })
  }
  return boxes
}

/** From centre and size in the input; null where nothing of it lies in the photo. */
function inPhoto(x: number, y: number, width: number, height: number, plan: LetterboxPlan, photo: Size) {
  const [scaleX, scaleY] = [photo.widthPx / plan.size.widthPx, photo.heightPx / plan.size.heightPx]
  const box = {
    x1: (x - width / 2 - plan.left) * scaleX,
    y1: (y - height / 2 - plan.top) * scaleY,
    x2: (x + width / 2 - plan.left) * scaleX,
    y2: (y + height / 2 - plan.top) * scaleY,
  }
  return Object.values(box).every(Number.isFinite) ? clipBox(box, photo) : null
}

function classUnknown(file: string, { personClass }: YoloSettings, classes: number): AppError {
  return new AppError(
    'detector.class-unknown',
    `${file} knows ${classes} classes, but its card says that class ${personClass} is a person. Correct "personClass" in the card; classes count from 0.`,
    { file, personClass, classes },
  )
}
