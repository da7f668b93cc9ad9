import { resolve } from 'node:path'
import type { ResultFolder } from '#shared/contract/evaluation.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { percent, table } from '../output.ts'

export const aggregateCommand: Declaration = ({ command, run }) =>
  command('aggregate <folder>', "sum up results over seeds: run folders of RAFNet's Python, or of Lectern")
    .option('--out <dir>', 'folder for final_results.json and final_results.csv')
    .action(run(aggregate))

/** `aggregate <folder> [--out <dir>]`: results that RAFNet's Python or Lectern wrote, summed up over seeds. */
async function aggregate(context: CommandContext, folder: string, options: { out?: string }): Promise<void> {
  const { client, output, signal } = context
  const out = options.out === undefined ? null : resolve(options.out)
  const results = await client.evaluation.resultFolder({ folder: resolve(folder), out }, { signal })
  for (const { file, reason } of results.problems) output.note(`left out: ${file}: ${reason}`)
  output.result(resultsJson(results), [
    ...resultLines(results),
    ...(out === null ? [] : ['', `final_results.json and final_results.csv are in ${out}`]),
  ])
}

type Model = ResultFolder['models'][number]
type Metric = keyof Model['metrics']

/** RAFNet's names. */
const metrics = {
  macro_f1_no_null: 'macroF1NoNull',
  macro_f1: 'macroF1',
  accuracy: 'accuracy',
  accuracy_no_null: 'accuracyNoNull',
  loss: 'loss',
} as const satisfies Record<string, Metric>

const mapMetrics = <Value>(of: (metric: Metric, name: string) => Value): Record<string, Value> =>
  Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [`test_${name}`, of(metric, name)]))

const resultsJson = ({ folder, models, problems }: ResultFolder) => ({
  folder,
  models: models.map((one) => ({
    model: one.model,
    n_seeds: one.seeds.length,
    seeds: one.seeds.map((seed) => ({
      seed: seed.seed,
      best_epoch: seed.bestEpoch,
      ...mapMetrics((metric) => seed[metric]),
    })),
    metrics: mapMetrics((metric) => {
      const spread = one.metrics[metric]
      return spread && { mean: spread.mean, population_sd: spread.std, min: spread.min, max: spread.max }
    }),
  })),
  problems,
})

const plusMinus = (model: Model, metric: Metric): string => {
  const spread = model.metrics[metric]
  return spread === null ? 'unknown' : `${percent(spread.mean)} ± ${percent(spread.std)}`
}

/** Every model with its mean ± population sd, then every seed. */
function resultLines({ models }: ResultFolder): string[] {
  const names = Object.keys(metrics)
  return [
    ...table(
      ['model', 'seeds', ...names],
      models.map((one) => [
        one.model,
        String(one.seeds.length),
        ...Object.values(metrics).map((metric) => plusMinus(one, metric)),
      ]),
    ),
    '',
    ...table(
      ['seed', 'best epoch', ...names],
      models.flatMap((one) =>
        one.seeds.map((seed) => [
          `${one.model} seed_${seed.seed}`,
          seed.bestEpoch === null ? '' : String(seed.bestEpoch),
          ...Object.values(metrics).map((metric) => {
            const value = seed[metric]
            return value === null ? '' : percent(value)
          }),
        ]),
      ),
    ),
  ]
}
