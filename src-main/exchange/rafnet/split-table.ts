/** One photo of a RAFNet split pickle. */
export interface SplitImage {
  readonly imgPath: string
  readonly heightPx: number
  readonly widthPx: number
  readonly room: string | null
  readonly takenAt: string | null
  readonly students: readonly {
    readonly bboxId: string
    readonly box: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number }
    readonly label: number | null
  }[]
}

export interface SplitTable {
  readonly file: string
  readonly sha256: string
  readonly images: readonly SplitImage[]
}
