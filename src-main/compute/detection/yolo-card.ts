import { z } from 'zod'

const threeNumbers = z.tuple([z.number(), z.number(), z.number()])

/**
 * What a user says about a YOLO-style ONNX file where it is not as its family exports it. Everything may be left out: sizes
 * are read from the file, the layout is told by the shape of its output, and the rest follows from the layout.
 */
export const yoloCard = z.strictObject({
  /** The input's size in px, multiples of 32; the file's own where it is fixed, else 640 × 640. */
  inputSize: z.strictObject({ widthPx: z.int().min(32).max(4096), heightPx: z.int().min(32).max(4096) }).optional(),
  /**
   * - `yolox`: [1, cells, 5 + classes], boxes still as offsets in their cells, as YOLOX exports
   * - `yolox-decoded`: the same with boxes in px of the input
   * - `yolov8`: [1, 4 + classes, cells], as Ultralytics exports YOLOv8 and YOLO11
   */
  layout: z.enum(['yolox', 'yolox-decoded', 'yolov8']).optional(),
  /** Order of the colour planes. */
  colours: z.enum(['rgb', 'bgr']).optional(),
  /** A value of 0 to 255 goes in as (value / divisor − mean) / deviation, in the order of the planes. */
  divisor: z.number().positive().optional(),
  means: threeNumbers.optional(),
  deviations: threeNumbers.optional(),
  /** Where the photo lies in the input; the rest is painted with `fill`. */
  place: z.enum(['corner', 'centre']).optional(),
  fill: z.int().min(0).max(255).optional(),
  /** Which class is a person; the first one of COCO. */
  personClass: z.int().nonnegative().optional(),
  /** Less likely boxes are left out. */
  leastScore: z.number().min(0).max(1).optional(),
  /** Boxes that share more of their union are one person. */
  unionLimit: z.number().min(0).max(1).optional(),
})
export type YoloCard = z.infer<typeof yoloCard>
export type YoloLayout = NonNullable<YoloCard['layout']>

/** A card with nothing left open. */
export type YoloSettings = { readonly [Key in Exclude<keyof YoloCard, 'inputSize'>]-?: NonNullable<YoloCard[Key]> }

/** As each family is exported by its authors. */
const families: Readonly<Record<YoloLayout, Pick<YoloSettings, 'colours' | 'divisor' | 'place'>>> = {
  yolox: { colours: 'bgr', divisor: 1, place: 'corner' },
  'yolox-decoded': { colours: 'bgr', divisor: 1, place: 'corner' },
  yolov8: { colours: 'rgb', divisor: 255, place: 'centre' },
}

/** A card's own words first, then its family's. */
export function completeCard(card: YoloCard, layout: YoloLayout): YoloSettings {
  const family = families[layout]
  return {
    layout,
    colours: card.colours ?? family.colours,
    divisor: card.divisor ?? family.divisor,
    means: card.means ?? [0, 0, 0],
    deviations: card.deviations ?? [1, 1, 1],
    place: card.place ?? family.place,
    fill: card.fill ?? 114,
    personClass: card.personClass ?? 0,
    leastScore: card.leastScore ?? 0.25,
    unionLimit: card.unionLimit ?? 0.45,
  }
}

/** What Lectern knows of a YOLO-style `.onnx` file. */
export interface YoloDescription {
  readonly family: 'yolo'
  readonly layout: YoloLayout
  /** Height and width of the input, and the shape of the answer to it. */
  readonly sizes: Readonly<Record<string, readonly number[]>>
  readonly sha256: string
  readonly bytes: number
}
