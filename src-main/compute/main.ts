import { fileURLToPath } from 'node:url'
import { serve } from '#shared/rpc/serve.ts'
import { createHandlers } from './handlers.ts'
import { parentChannel } from './parent-channel.ts'
import { computeContract } from './protocol.ts'
import { answerProbe, probeRequest } from './sessions/probe-process.ts'

/**
 * Entry of the compute process. Forked with `--probe <provider>` it is a throw-away process that tries one execution
 * provider, says what happened and ends; otherwise it serves the compute contract until its parent goes away.
 */

// cuBLAS and cuDNN read this when ONNX Runtime loads them: TensorFloat-32 would move logits by up to a thousandth.
process.env['NVIDIA_TF32_OVERRIDE'] = '0'

const provider = probeRequest(process.argv)
if (provider !== null) {
  await answerProbe(provider)
} else {
  // Ctrl+C in a terminal reaches the whole process group: the parent decides when this process ends.
  process.on('SIGINT', () => undefined)
  const channel = parentChannel(process)
  channel.onClose(() => process.exit(0))
  serve(computeContract, createHandlers({ entry: fileURLToPath(import.meta.url) }), channel)
}
