import { encodeModel, writtenIrVersion, writtenOperatorSet } from '#main/codecs/onnx/encode-model.ts'
import type { OnnxGraph } from '#main/codecs/onnx/model.ts'

interface ModelNotes {
  /** Lectern's version, for files that leave the program. */
  readonly version?: string
  /** What whoever opens the file elsewhere must know. */
  readonly metadata?: ReadonlyMap<string, string>
}

/** A graph of our own as the bytes of a `.onnx` file. */
export const modelBytes = (
  graph: OnnxGraph,
  { version = '', metadata = new Map() }: ModelNotes = {},
): Uint8Array<ArrayBuffer> =>
  encodeModel({
    irVersion: writtenIrVersion,
    operatorSets: new Map([['', writtenOperatorSet]]),
    producerName: 'Lectern',
    producerVersion: version,
    metadata,
    graph,
  })
