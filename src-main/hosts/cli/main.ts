import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { AppError, toAppError } from '#shared/contract/app-error.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { applicationRoot } from '../root.ts'
import { userDataFolder } from '../user-data-folder.ts'
import { startWorkbench, type WorkbenchParts } from '../start-workbench.ts'
import { webHostHandlers } from '../web/web-host-handlers.ts'
import type { CommandContext } from './command.ts'
import { calibrate } from './commands/calibrate.ts'
import { compare } from './commands/compare.ts'
import { demo } from './commands/demo.ts'
import { evaluate, type EvaluateOptions } from './commands/evaluate.ts'
import { explain } from './commands/explain.ts'
import { exportAny, type ExportOptions } from './commands/export.ts'
import { importFile } from './commands/import.ts'
import { init } from './commands/init.ts'
import { label } from './commands/label.ts'
import { predict } from './commands/predict.ts'
import { report } from './commands/report.ts'
import { runs } from './commands/runs.ts'
import { serveProject } from './commands/serve.ts'
import { train } from './commands/train.ts'
import { createOutput } from './output.ts'

const root = applicationRoot(import.meta.dirname)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const parts: WorkbenchParts = {
  root,
  appVersion: version,
  userData: userDataFolder(process.env, process.platform),
  host: webHostHandlers(version),
  fork: forkWithNode(
    import.meta.filename.endsWith('.ts')
      ? join(root, 'src-main', 'compute', 'main.ts')
      : join(import.meta.dirname, 'compute.js'),
  ),
}

const program = new Command('lectern')
  .description(
    'Classroom-behaviour recognition: predict, correct, evaluate, export. Without a window, or in your browser.',
  )
  .version(version)
  .configureHelp({ showGlobalOptions: true })
  // A wrong call is an error like any other: with --json it is one document on stderr.
  .configureOutput({
    outputError: (text, write) => {
      const message = text.trim().replace(/^error: /, '')
      const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?!)]$/.test(message) ? '' : '.'}`
      const error = new AppError('cli.usage', sentence)
      write(process.argv.includes('--json') ? `${JSON.stringify(error)}\n` : `${error.code}: ${error.message}\n`)
    },
  })

/** Runs one command on a workbench of its own, which ends with it. */
async function withWorkbench(json: boolean, work: (context: CommandContext) => Promise<void>): Promise<void> {
  const output = createOutput(json)
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  const session = startWorkbench(parts)
  try {
    await work({ client: session.client, output, signal: interrupt.signal })
  } catch (error) {
    output.error(toAppError(error))
    process.exitCode = 1
  } finally {
    await session.close()
  }
}

type Options = Record<string, unknown> & { json?: boolean }
const command = (usage: string, description: string): Command =>
  program.command(usage).description(description).option('--json', 'one JSON document on stdout')

command('init <project>', 'make a project from a folder of photos')
  .requiredOption('--images <dir>', 'folder of photos; subfolders are searched too')
  .action((project: string, options: Options & { images: string }) =>
    withWorkbench(options.json ?? false, (context) => init(context, project, options)),
  )

command('import <project> <file>', 'import a RAFNet feature or split pickle')
  .option('--images <dir>', 'folder of the photos that the pickle names')
  .option('--split <name>', 'data split of what is imported, as train')
  .action((project: string, file: string, options: Options & { images?: string; split?: string }) =>
    withWorkbench(options.json ?? false, (context) => importFile(context, project, file, options)),
  )

command('predict <project>', 'run a model on every scene')
  .requiredOption('--model <file>', 'checkpoint (.pth), .onnx, or a RAFNet run folder: every seed of it')
  .option('--config <file>', 'RAFNet config (.yaml), or a .json with a model section')
  .option('--name <name>', "name of the run; the file's stem by default")
  .addOption(new Option('--device <device>', 'where to run').choices(['auto', 'cuda', 'cpu']).default('auto'))
  .option(
    '--batching <how>',
    "scene, or rafnet:128 for consecutive rows as RAFNet's own evaluation groups them",
    'scene',
  )
  .action((project: string, options: Options & Parameters<typeof predict>[2]) =>
    withWorkbench(options.json ?? false, (context) => predict(context, project, options)),
  )

command('label <project>', 'correct one student')
  .requiredOption('--scene <file name>', 'photo, by file name or relative path')
  .requiredOption('--student <bbox_id>', "the student's id in that photo")
  .requiredOption('--class <name|index>', 'behaviour class')
  .option('--annotator <name>', 'who says so', 'me')
  .action((project: string, options: Options & Parameters<typeof label>[2]) =>
    withWorkbench(options.json ?? false, (context) => label(context, project, options)),
  )

command('runs <project>', 'list the runs of a project').action((project: string, options: Options) =>
  withWorkbench(options.json ?? false, (context) => runs(context, project)),
)

command('evaluate <project>', 'measure a run, or several, against the labels in force')
  .option('--model <name>', 'name of the run; the newest by default')
  .addOption(
    new Option(
      '--models <names>',
      'names of several runs, separated by commas: each, and mean ± population sd',
    ).conflicts('model'),
  )
  .addOption(new Option('--gates', 'how the gate shares its attention, by outcome and class').conflicts('models'))
  .addOption(new Option('--removal', 'what the model would reach without each modality').conflicts('models'))
  .action((project: string, options: Options & EvaluateOptions) =>
    withWorkbench(options.json ?? false, (context) => evaluate(context, project, options)),
  )

command('explain <project>', 'why a run said what it said of one student')
  .requiredOption('--scene <file name>', 'photo, by file name or relative path')
  .requiredOption('--student <bbox_id>', "the student's id in that photo")
  .option('--model <name>', 'name of the run; the newest by default')
  .action((project: string, options: Options & Parameters<typeof explain>[2]) =>
    withWorkbench(options.json ?? false, (context) => explain(context, project, options)),
  )

command('calibrate <project>', "how far a run's confidences can be believed, and the temperature that mends them")
  .option('--model <name>', 'name of the run; the newest by default')
  .action((project: string, options: Options & { model?: string }) =>
    withWorkbench(options.json ?? false, (context) => calibrate(context, project, options)),
  )

command('compare <project> <a> <b>', 'whether two runs differ by more than chance, on the students they share').action(
  (project: string, a: string, b: string, options: Options) =>
    withWorkbench(options.json ?? false, (context) => compare(context, project, [a, b])),
)

command('report <project>', 'write a report per scene and overall')
  .requiredOption('--out <dir>', 'folder for the report')
  .option('--model <name>', 'name of the run; the newest by default')
  .option('--format <formats>', 'html, csv, json, separated by commas', 'html,csv,json')
  .option('--show-faces', 'leave faces as they are; they are pixelated otherwise')
  .action((project: string, options: Options & Parameters<typeof report>[2]) =>
    withWorkbench(options.json ?? false, (context) => report(context, project, options)),
  )

command('export <project>', 'write a feature pickle with the labels in force, or a head for use elsewhere')
  .requiredOption('--out <file>', 'file to write')
  .addOption(
    new Option('--format <format>', 'rafnet: a feature pickle; onnx or pth: a head')
      .choices(['rafnet', 'onnx', 'pth'])
      .default('rafnet'),
  )
  .option('--model <name>', 'name of the model whose head is written')
  .option('--split <name>', 'only this split')
  .addOption(
    new Option('--unlabelled <choice>', 'students without a label: omit them, or include them with label -1')
      .choices(['omit', 'include'])
      .default('omit'),
  )
  .action((project: string, options: Options & ExportOptions) =>
    withWorkbench(options.json ?? false, (context) => exportAny(context, project, options)),
  )

command('train', "train heads from RAFNet's own configuration")
  .requiredOption('--config <yaml>', 'RAFNet config: names the feature pickles, the head, the seeds and output_dir')
  .option('--seeds <list>', "seeds in place of the config's, as 41,42,43")
  .option('--out <dir>', "folder in place of the config's output_dir")
  .option('--root <dir>', 'where relative paths of the config start; the current folder by default')
  .option('--resume', 'go on with what an interrupted training of the same configuration left')
  .action((options: Options & Parameters<typeof train>[1]) =>
    withWorkbench(options.json ?? false, (context) => train(context, options)),
  )

command('demo', 'the whole job on a folder of RAFNet files, or on the synthetic sample')
  .option('--data <dir>', 'folder with features.pkl, a .pth and images/')
  .option('--out <dir>', 'folder for the project, the report and the export')
  .action((options: Options & Parameters<typeof demo>[2]) =>
    withWorkbench(options.json ?? false, (context) => demo(context, join(root, 'resources', 'sample'), options)),
  )

program
  .command('serve [project]')
  .description('open Lectern in your browser')
  .option('--port <n>', 'port of the local host; a free one by default', Number)
  .option('--no-open', 'only print the address')
  .action((project: string | undefined, options: { port?: number; open: boolean }) =>
    serveProject(parts, project, options),
  )

await program.parseAsync()
