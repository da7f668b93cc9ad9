import { adamWStep, momentScale } from '../optimiser/adamw.ts'
import type { AdamWOptions, AdamWSchedule } from '../optimiser/adamw.ts'
import { clipFactor, globalNorm } from '../optimiser/clip-gradients.ts'
import { scalar } from '../tape/arithmetic.ts'
import type { Tape, TapeValue } from '../tape/tape.ts'
import { carriedAsItIs, carriedMoment } from './carried-state.ts'
import type { Carried } from './carried-state.ts'
import type { EmittedStep } from './emit-step.ts'
import { graphNames } from './graph-names.ts'
import { joinBlock, parameterBlocks, splitBlock } from './parameter-blocks.ts'
import type { ParameterBlock } from './parameter-blocks.ts'
import { scalarAtStep } from './step-graphs.ts'
import type { StepGraphs } from './step-graphs.ts'

export interface UpdateOptions {
  readonly betas: AdamWOptions['betas']
  /** Largest global norm of the gradients; null leaves them as they are. */
  readonly gradientClip: number | null
}

/** Clipping, AdamW and running statistics: what a step hands to the next, and the gradients' global norm before clipping. */
export function emitUpdates(
  graphs: StepGraphs,
  tape: Tape,
  step: EmittedStep,
  { betas, gradientClip }: UpdateOptions,
): { readonly carried: readonly Carried[]; readonly norm: TapeValue } {
  const { body } = graphs
  const entry = (name: keyof AdamWSchedule<never>): TapeValue => scalarAtStep(tape, graphNames.schedule(name))
  const schedule = {
    decay: entry('decay'),
    stepSize: entry('stepSize'),
    epsilon: entry('epsilon'),
    share: entry('share'),
  }
  const blocks = parameterBlocks([...step.gradients.keys()])
  const joined = (block: ParameterBlock, of: 'value' | 'gradient'): TapeValue => {
    const parts = block.specs.map((spec) => step.gradients.get(spec)![of].name)
    return tape.value(joinBlock(body, block, parts), block.shape)
  }
  const gradients = new Map(blocks.map((block) => [block, joined(block, 'gradient')]))
  const norm = globalNorm(tape, [...gradients.values()])
  const clip = gradientClip === null ? scalar(tape, 1) : clipFactor(tape, norm, gradientClip)
  const carried = [...gradients].flatMap(([block, gradient]): readonly Carried[] => {
    const moment = (of: (parameter: string) => string): TapeValue => tape.value(`step/${of(block.name)}`, block.shape)
    const state = {
      parameter: joined(block, 'value'),
      firstMoment: moment(graphNames.firstMoment),
      secondMoment: moment(graphNames.secondMoment),
    }
    const after = adamWStep(tape, state, gradient, clip, betas, schedule)
    const weights = splitBlock(body, block, after.parameter.name)
    return [
      ...block.specs.map((spec, index) =>
        carriedAsItIs(
          graphs,
          graphNames.weight(spec.name),
          spec.shape,
          step.gradients.get(spec)!.value.name,
          weights[index]!,
        ),
      ),
      carriedMoment(graphs, block, graphNames.firstMoment, [state.firstMoment, after.firstMoment], {
        scale: 1,
        unscale: graphNames.finalScale('first'),
      }),
      carriedMoment(graphs, block, graphNames.secondMoment, [state.secondMoment, after.secondMoment], {
        scale: momentScale(betas).kappa,
        unscale: graphNames.finalScale('second'),
      }),
    ]
  })
  const statistics = [...step.statistics].map(([{ name, shape }, after]) =>
    carriedAsItIs(graphs, graphNames.weight(name), shape, graphNames.fixedWeight(name), after.name),
  )
  return { carried: [...carried, ...statistics], norm }
}
