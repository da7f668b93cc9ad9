import { resolve } from 'node:path'
import type { WeightsInfo, WeightsTest } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { deviceOption } from '../options.ts'
import { table } from '../output.ts'
import { chooseWeights } from './choose-weights.ts'

export const modelsCommands: Declaration = ({ program, command, run }) => {
  const models = program.command('models').description('detectors and extractors that Lectern knows')
  command('list', 'all of them, and what is missing', models).action(run(listWeights))
  command('add <file>', 'recognise a file of weights, or the one that a model card names', models)
    .option('--name <name>', "the file's stem by default")
    .action(run(addWeights))
  command('test <id|file>', 'run it once', models).addOption(deviceOption()).action(run(testWeights))
}

/** `models list`: detectors and extractors that this installation knows, and what RAFNet's extractor still lacks. */
async function listWeights({ client, output }: CommandContext): Promise<void> {
  const weights = await client.extraction.weights({})
  const wanted = await client.extraction.wanted({})
  const missing = wanted.filter(({ weightsId }) => weightsId === null)
  output.result({ weights: weights.map(weightsJson), wanted }, [
    ...table(
      ['id', 'kind', 'family', 'width', 'name'],
      weights.map(({ id, kind, family, width, name }) => [id, kind, family, String(width ?? ''), name]),
    ),
    ...weights.flatMap(({ id, problem }) => (problem ? [`${id} cannot be used: ${problem.message}`] : [])),
    ...missing.map(
      ({ role, title, fileName, publishedAt, bytes, licence, optional }) =>
        `for RAFNet's ${role}${optional ? ' (optional)' : ''}: ${title}, ${fileName}, about ${Math.round(bytes / 1e6)} MB, published ${publishedAt}; licence: ${licence}`,
    ),
  ])
}

/** `models add <file>`: recognises weights, or those that a model card names, and keeps what was found out. */
async function addWeights(
  { client, output }: CommandContext,
  file: string,
  options: { readonly name?: string },
): Promise<void> {
  const added = await client.extraction.addWeights({ file: resolve(file), name: options.name ?? null })
  output.result(weightsJson(added), weightsLines(added))
}

/** `models test <id|file>`: runs weights once. */
async function testWeights(
  context: CommandContext,
  model: string,
  options: { readonly device: Device },
): Promise<void> {
  const { client, output, signal } = context
  const weights = await chooseWeights(context, model)
  const test = await client.extraction.testWeights({ weightsId: weights.id, device: options.device }, { signal })
  output.result(
    {
      ...weightsJson(weights),
      test: {
        provider: test.provider,
        provider_reason: test.providerReason,
        elapsed_ms: test.elapsedMs,
        found: test.found,
        finite: test.finite,
        int8_cosine: test.int8Cosine,
      },
    },
    [...weightsLines(weights), testLine(weights, test)],
  )
}

function testLine({ kind }: WeightsInfo, test: WeightsTest): string {
  const what = kind === 'detector' ? `${test.found} boxes` : `${test.found} numbers`
  const finite = test.finite ? '' : ', not all finite'
  const int8 = test.int8Cosine === null ? '' : `; int8 gives the same to a cosine of ${test.int8Cosine.toFixed(4)}`
  return `${what}${finite} in ${Math.round(test.elapsedMs)} ms on ${test.provider}: ${test.providerReason}${int8}`
}

const weightsJson = (weights: WeightsInfo) => ({
  id: weights.id,
  kind: weights.kind,
  family: weights.family,
  name: weights.name,
  file: weights.file,
  sha256: weights.sha256,
  bytes: weights.bytes,
  modality: weights.modality,
  width: weights.width,
  sizes: weights.sizes,
  precisions: weights.precisions,
  built_in: weights.builtIn,
  card: weights.card,
  problem: weights.problem,
})

const weightsLines = ({ id, kind, family, name, card, sizes }: WeightsInfo): string[] => [
  `${id}: ${name}, ${kind} (${family})`,
  `  ${card.task}; ${card.input} → ${card.output}`,
  `  source: ${card.source}; licence: ${card.licence}`,
  ...(sizes.length > 0 ? [`  ${sizes.join('; ')}`] : []),
]
