import { createCanvas } from '@napi-rs/canvas'
import { readFileSync } from 'node:fs'
import { crc32, deflateRawSync } from 'node:zlib'
import { opcode } from '#main/codecs/pickle/opcodes.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { writeCheckpoint, type WritableTensor } from '#main/codecs/torch/write-checkpoint.ts'
import { pickleBytes, protocol, text, type Part } from './pickle-bytes.ts'

/** A picture of 64 × 48 px; every shade gives another file. */
export function jpeg(shade: number): Buffer {
  const canvas = createCanvas(64, 48)
  const context = canvas.getContext('2d')
  context.fillStyle = `rgb(${(shade * 40) % 256}, 120, 90)`
  context.fillRect(0, 0, 64, 48)
  context.fillStyle = 'white'
  context.fillRect(10, 10, 20, 20)
  return canvas.toBuffer('image/jpeg', 90)
}

export const pickle = (...parts: readonly Part[]): Uint8Array => pickleBytes(protocol(4), parts, opcode.STOP)

/**
 * Lists of ten times the list before, `levels` deep: 10^levels numbers for whoever copies what is shared. Memo places start at
 * `firstMemo`, behind those of the pickle it is put into.
 */
export const laughter = (levels: number, firstMemo = 100): Part =>
  Array.from({ length: levels }, (_, level) => [
    [opcode.EMPTY_LIST, opcode.BINPUT, firstMemo + level, opcode.MARK],
    level === 0 ? [opcode.BININT1, 1] : Array.from({ length: 10 }, () => [opcode.BINGET, firstMemo + level - 1]),
    opcode.APPENDS,
    // Lower levels stay in the memo alone.
    level < levels - 1 ? opcode.POP : [],
  ])

/** A pickled dict with one more entry, written by hand. */
export const withEntry = (dict: Uint8Array, key: string, value: Part): Uint8Array =>
  pickleBytes(dict.subarray(0, -1), text(key), value, opcode.SETITEM, opcode.STOP)

interface ForgedEntry {
  readonly name: string
  readonly content: Uint8Array
  readonly deflated?: boolean
  /** General purpose flags; bit 0 says encrypted. */
  readonly flags?: number
  /** The unpacked length that is claimed. */
  readonly claimedBytes?: number
}

/** A zip that may lie about its entries. */
export function forgedZip(entries: readonly ForgedEntry[]): Uint8Array {
  const bodies: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, content, deflated = false, flags = 0, claimedBytes = content.length } of entries) {
    const packed = deflated ? deflateRawSync(content) : content
    const [local, central, nameBytes] = [Buffer.alloc(30), Buffer.alloc(46), Buffer.from(name)]
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(nameBytes.length, 26)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(flags, 8)
    central.writeUInt16LE(deflated ? 8 : 0, 10)
    central.writeUInt32LE(crc32(content), 16)
    central.writeUInt32LE(packed.length, 20)
    central.writeUInt32LE(claimedBytes, 24)
    central.writeUInt16LE(nameBytes.length, 28)
    central.writeUInt32LE(offset, 42)
    bodies.push(local, nameBytes, packed)
    directory.push(central, nameBytes)
    offset += 30 + nameBytes.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, ...directory, end])
}

/** A checkpoint with its tensors changed: `change` answers with another tensor, the same one, or null to leave it out. */
export function changedCheckpoint(
  file: string,
  change: (name: string, tensor: WritableTensor) => WritableTensor | null,
): Uint8Array {
  const { tensors } = readCheckpoint(readFileSync(file), { file })
  const changed = [...tensors].flatMap(([name, { dtype, shape, data }]) => {
    const tensor = change(name, { dtype, shape, data })
    return tensor ? [[name, tensor] as const] : []
  })
  return writeCheckpoint(changed)
}

/** A head of one modality and a hidden layer of eight. */
export function singleHead({
  modality,
  width,
  classes,
  weight = 0.1,
}: {
  readonly modality: string
  readonly width: number
  readonly classes: number
  readonly weight?: number
}): Uint8Array {
  const hidden = 8
  const shapes: readonly (readonly [string, readonly number[]])[] = [
    [`norms.${modality}.weight`, [width]],
    [`norms.${modality}.bias`, [width]],
    [`projections.${modality}.weight`, [hidden, width]],
    [`projections.${modality}.bias`, [hidden]],
    ['fusion.0.weight', [hidden, hidden]],
    ['fusion.0.bias', [hidden]],
    ['fusion.1.weight', [hidden]],
    ['fusion.1.bias', [hidden]],
    ['fusion.1.running_mean', [hidden]],
    ['fusion.1.running_var', [hidden]],
    ['fusion.4.weight', [classes, hidden]],
    ['fusion.4.bias', [classes]],
  ]
  const size = (shape: readonly number[]): number => shape.reduce((all, one) => all * one, 1)
  return writeCheckpoint(
    shapes.map(([name, shape]) => [
      name,
      { dtype: 'float32', shape, data: new Float32Array(size(shape)).fill(weight) },
    ]),
  )
}
