import type { OnnxElementType } from './model.ts'

/** Each element type's code in `TensorProto.DataType` and its width in bits (null: no fixed width). */
const elementTypes: Readonly<Record<OnnxElementType, readonly [code: number, bits: number | null]>> = {
  float32: [1, 32],
  uint8: [2, 8],
  int8: [3, 8],
  uint16: [4, 16],
  int16: [5, 16],
  int32: [6, 32],
  int64: [7, 64],
  string: [8, null],
  bool: [9, 8],
  float16: [10, 16],
  float64: [11, 64],
  uint32: [12, 32],
  uint64: [13, 64],
  complex64: [14, 64],
  complex128: [15, 128],
  bfloat16: [16, 16],
  float8e4m3fn: [17, 8],
  float8e4m3fnuz: [18, 8],
  float8e5m2: [19, 8],
  float8e5m2fnuz: [20, 8],
  uint4: [21, 4],
  int4: [22, 4],
  float4e2m1: [23, 4],
}

const byCode = new Map<number, OnnxElementType>(
  (Object.keys(elementTypes) as OnnxElementType[]).map((name) => [elementTypes[name][0], name]),
)

export const elementTypeCode = (elementType: OnnxElementType): number => elementTypes[elementType][0]

export const elementTypeOfCode = (code: number): OnnxElementType | null => byCode.get(code) ?? null

/** Bytes that `count` elements take as raw data; null for strings. */
export function rawByteLength(elementType: OnnxElementType, count: number): number | null {
  const bits = elementTypes[elementType][1]
  return bits === null ? null : Math.ceil((count * bits) / 8)
}
