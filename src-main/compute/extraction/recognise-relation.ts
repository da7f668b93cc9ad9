import { checkWeightValues } from '#main/onnx/extractors/check-weights.ts'
import { buildGroupRelation, isGroupRelation } from '#main/onnx/extractors/group-relation/build-group-relation.ts'
import { countedNumbers } from './counted-numbers.ts'
import type { RelationDescription } from './extraction-contract.ts'
import { withWeights } from './open-weights.ts'
import type { OpenWeights } from './open-weights.ts'
import { openRelation } from './relation-extractor.ts'
import { vectorWidth } from './relation-vectors.ts'
import type { RecognisedWeights, WeightsFacts } from './scene-extractor.ts'

/** GroupRec's relation network. Throws AppError `weights.*` where it was told by its names but something is wrong with it. */
export function recogniseRelation({ file, tensors }: OpenWeights, facts: WeightsFacts): RecognisedWeights | null {
  if (!isGroupRelation(tensors)) return null
  const { sizes, weights: used } = buildGroupRelation(tensors, { file })
  const parameters = used.map((name) => ({ name, shape: tensors.get(name)!.shape }))
  checkWeightValues({ title: 'GroupRec network', parameters, isSpare: () => true }, tensors, file)
  const description: RelationDescription = {
    kind: 'relation',
    family: 'hrnet-group-relation',
    width: vectorWidth(sizes),
    sizes: {
      branches: sizes.branches,
      features: [sizes.features],
      hidden: [sizes.hidden],
      types: [...sizes.types.values()],
    },
    precisions: ['float32'],
    ...countedNumbers(used, tensors),
    ...facts,
  }
  return {
    description,
    open: (parts, options) =>
      openRelation(
        {
          file,
          sizes,
          description,
          model: (part) =>
            withWeights(file, (opened) => ({
              graph: buildGroupRelation(opened.tensors, { file })[part],
              weightsFolder: opened.folder,
            })),
        },
        parts,
        options,
      ),
  }
}
