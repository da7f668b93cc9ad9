/**
 * Endings of the files that hold weights; GroupRec's authors call theirs `.pkl`, ByteTrack's `.pth.tar`. A `.json` is a card that names
 * such a file and says how it is read.
 */
export const weightsExtensions = ['pth', 'pt', 'safetensors', 'onnx', 'pkl', 'tar', 'bin', 'json']
