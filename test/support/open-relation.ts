import { withWeights } from '#main/compute/extraction/open-weights.ts'
import type { RelationEncoder } from '#main/compute/extraction/relation-vectors.ts'
import { openSession } from '#main/compute/sessions/model-session.ts'
import type { ModelSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import { buildGroupRelation } from '#main/onnx/extractors/group-relation/build-group-relation.ts'

/** Both networks of a GroupRec checkpoint, loaded in this process on the CPU. */
export async function openRelation(file: string): Promise<{ backbone: ModelSession; encoder: RelationEncoder }> {
  const { model, weightsFolder } = withWeights(file, ({ tensors, folder }) => ({
    model: buildGroupRelation(tensors, { file }),
    weightsFolder: folder,
  }))
  const runtime = await loadRuntime()
  const open = (graph: Uint8Array): Promise<ModelSession> =>
    openSession(runtime, { graph, weightsFolder }, { provider: 'cpu', onlyProvider: false })
  return {
    backbone: await open(model.backbone),
    encoder: { file, session: await open(model.relation), sizes: model.sizes },
  }
}
