import type { GateStatistics, ModalityRemoval } from '#shared/contract/evaluation.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { percent, table } from '../output.ts'

type Group = GateStatistics['groups'][number]

const className = (classes: readonly BehaviourClass[], index: number | null): string =>
  classes.find((one) => one.index === index)?.name ?? String(index)

/** Shares are 0 to 1, sd the population's. */
export const gatesJson = ({ modalities, groups }: GateStatistics, classes: readonly BehaviourClass[]) => ({
  modalities,
  groups: groups.map(({ group, classIndex, students, mean, sd }) => ({
    group,
    class: group === 'class' ? className(classes, classIndex) : null,
    students,
    mean,
    population_sd: sd,
  })),
})

export function gateLines({ modalities, groups }: GateStatistics, classes: readonly BehaviourClass[]): string[] {
  if (modalities.length === 0) return ['gate: this head has none']
  const cell = ({ mean, sd }: Group, place: number): string =>
    `${percent(100 * (mean[place] ?? 0))} ± ${percent(100 * (sd[place] ?? 0))}`
  return table(
    ['gate share in %, mean ± population sd', 'students', ...modalities],
    groups.map((group) => [
      group.group === 'class' ? className(classes, group.classIndex) : group.group,
      String(group.students),
      ...modalities.map((_, place) => cell(group, place)),
    ]),
  )
}

const figuresJson = (figures: ModalityRemoval['asPredicted']) => ({
  accuracy: figures.accuracy,
  accuracy_no_null: figures.accuracyNoNull,
  macro_f1: figures.macroF1,
  macro_f1_no_null: figures.macroF1NoNull,
  macro_f1_non_null_classes: figures.macroF1NonNullClasses,
  weighted_f1: figures.weightedF1,
})

export const removalJson = ({ students, asPredicted, removed }: ModalityRemoval) => ({
  students,
  as_predicted: figuresJson(asPredicted),
  removed: removed.map(({ modality, by, meanOf, figures, changed }) => ({
    modality,
    by,
    mean_of: meanOf,
    ...figuresJson(figures),
    changed,
  })),
})

export const removalLines = ({ students, asPredicted, removed }: ModalityRemoval): string[] =>
  table(
    ['without', 'changed', 'accuracy', 'macro F1', 'macro F1 no-null'],
    [
      { name: 'nothing', changed: 0, figures: asPredicted },
      ...removed.map(({ modality, by, meanOf, changed, figures }) => ({
        name: by === 'zeros' ? `${modality}: zeros` : `${modality}: mean of ${meanOf ?? ''}`,
        changed,
        figures,
      })),
    ].map(({ name, changed, figures }) => [
      name,
      `${changed} of ${students}`,
      percent(figures.accuracy),
      percent(figures.macroF1),
      percent(figures.macroF1NoNull),
    ]),
  )
