import { existsSync } from 'node:fs'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import { sampleNote } from '#shared/domain/sample-note.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { importLines } from './import.ts'
import { evaluationJson, sceneLines } from './evaluate.ts'

interface DemoOptions {
  readonly data?: string
  readonly out?: string
}

export const demoCommand: Declaration = ({ command, run, parts }) =>
  command('demo', 'the whole job on a folder of RAFNet files, or on the synthetic sample')
    .option('--data <dir>', 'folder with features.pkl, a .pth and images/')
    .option('--out <dir>', 'folder for the project, the report and the export')
    .action(run((context, options: DemoOptions) => demo(context, join(parts.root, 'resources', 'sample'), options)))

/**
 * `demo`: the whole job on a folder that holds a feature pickle, a checkpoint and photos: import, predict, evaluate,
 * report, export. Without `--data` it runs on the synthetic sample.
 */
async function demo(context: CommandContext, sampleFolder: string, options: DemoOptions): Promise<void> {
  const { client, output, signal } = context
  const data = resolve(options.data ?? sampleFolder)
  const out = resolve(options.out ?? (await mkdtemp(join(tmpdir(), 'lectern-demo-'))))
  const { features, checkpoint, photos } = await findDemoFiles(data)

  const isSample = data === resolve(sampleFolder)
  await client.project.create({ folder: freshProject(out), photoRoot: photos, ...(isSample && { note: sampleNote }) })
  const imported = await client.exchange.importFile({ file: features, photoRoot: photos }, { signal })
  for (const line of importLines(imported)) output.note(line)
  const model = await client.models.add({ file: checkpoint })
  const run = await client.models.predict({ modelId: model.id, device: 'auto' }, { signal })
  output.note(`${model.name} (${model.family}) ran on ${run.provider}: ${run.providerReason}`)
  const figures = await client.evaluation.evaluate({ runId: run.id })
  const report = await client.reports.write({
    runId: run.id,
    out: join(out, 'report'),
    formats: ['html', 'csv', 'json'],
  })
  const exported = await client.exchange.exportFeatures({ out: join(out, 'corrected_features.pkl') }, { signal })

  output.result({ ...evaluationJson(figures), report: report.files, export: exported.file }, [
    ...sceneLines(figures),
    '',
    ...report.files.map(({ file }) => `report: ${file}`),
    `export: ${exported.file} (${exported.students} students)`,
  ])
}

function freshProject(out: string): string {
  for (let count = 1; ; count++) {
    const folder = join(out, count === 1 ? 'demo.lectern' : `demo-${count}.lectern`)
    if (!existsSync(folder)) return folder
  }
}

async function findDemoFiles(folder: string): Promise<{ features: string; checkpoint: string; photos: string | null }> {
  const names = (await readdir(folder).catch(() => [] as string[])).sort()
  const find = (what: string, matches: (name: string) => boolean): string => {
    const name = names.find(matches)
    if (name) return join(folder, name)
    throw new AppError('demo.file-missing', `"${folder}" holds no ${what}. Name a folder with --data that does.`, {
      folder,
    })
  }
  const images = join(folder, 'images')
  return {
    features: find('feature pickle (features.pkl)', (name) => /features(_with_context)?\.pkl$/.test(name)),
    checkpoint: find(
      'checkpoint (head.pth or another .pth)',
      names.includes('head.pth') ? (name) => name === 'head.pth' : (name) => name.endsWith('.pth'),
    ),
    photos: existsSync(images) ? images : null,
  }
}
