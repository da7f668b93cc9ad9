/** Endings of the files that hold weights; GroupRec's authors call theirs `.pkl`, ByteTrack's `.pth.tar`. */
export const weightsExtensions = ['pth', 'pt', 'safetensors', 'onnx', 'pkl', 'tar', 'bin']
