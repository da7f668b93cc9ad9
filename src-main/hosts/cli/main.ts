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
import { aggregate } from './commands/aggregate.ts'
import { analyze, type AnalyzeOptions } from './commands/analyze.ts'
import { baselines, type BaselinesOptions } from './commands/baselines.ts'
import { calibrate } from './commands/calibrate.ts'
import { compare } from './commands/compare.ts'
import { demo } from './commands/demo.ts'
import { detect, type DetectOptions } from './commands/detect.ts'
import { embed, type EmbedOptions } from './commands/embed.ts'
import { ensemble, type EnsembleOptions } from './commands/ensemble.ts'
import { evaluate, type EvaluateOptions } from './commands/evaluate.ts'
import { explain } from './commands/explain.ts'
import { extract, type ExtractOptions } from './commands/extract.ts'
import { exportAny, type ExportOptions } from './commands/export.ts'
import { importFile } from './commands/import.ts'
import { init } from './commands/init.ts'
import { label } from './commands/label.ts'
import { addWeights, listWeights, testWeights } from './commands/models.ts'
import { learn } from './commands/learn.ts'
import { predict } from './commands/predict.ts'
import { report } from './commands/report.ts'
import { review, type ReviewOptions } from './commands/review.ts'
import { runs } from './commands/runs.ts'
import { scan, type ScanOptions } from './commands/scan.ts'
import { serveProject } from './commands/serve.ts'
import { trainConfig } from './commands/train.ts'
import { trainProject, type TrainProjectOptions } from './commands/train-project.ts'
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
const command = (usage: string, description: string, parent = program): Command =>
  parent.command(usage).description(description).option('--json', 'one JSON document on stdout')
const deviceOption = (): Option =>
  new Option('--device <device>', 'where to run').choices(['auto', 'cuda', 'cpu']).default('auto')

command('init <project>', 'make a project from a folder of photos')
  .requiredOption('--images <dir>', 'folder of photos; subfolders are searched too')
  .action((project: string, options: Options & { images: string }) =>
    withWorkbench(options.json ?? false, (context) => init(context, project, options)),
  )

command(
  'scan <project>',
  'find photos that are new, moved, missing or there twice; with --folder it makes the project, too',
)
  .option('--folder <dir>', "folder of photos; the project's own by default")
  .option('--pattern <pattern>', 'room and time from the paths of the photos, as {room}/{date}/{time}_*')
  .option('--no-compare', 'do not look at the photos for copies that were resized or compressed again')
  .action((project: string, options: Options & ScanOptions) =>
    withWorkbench(options.json ?? false, (context) => scan(context, project, options)),
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
  .addOption(deviceOption())
  .option(
    '--batching <how>',
    "scene, or rafnet:128 for consecutive rows as RAFNet's own evaluation groups them",
    'scene',
  )
  .action((project: string, options: Options & Parameters<typeof predict>[2]) =>
    withWorkbench(options.json ?? false, (context) => predict(context, project, options)),
  )

command('detect <project>', 'find the students of every photo that has none')
  .option('--model <card|file|id>', 'a detector: known, a file of weights, or the model card of one', 'nanodet')
  .addOption(new Option('--setting <how>', 'of the own detector').choices(['accurate', 'fast']).default('accurate'))
  .addOption(deviceOption())
  .option('--replace', 'renew detected boxes that nobody labelled, moved or drew')
  .option('--scene <file name...>', 'only these photos, by file name or relative path')
  .action((project: string, options: Options & DetectOptions) =>
    withWorkbench(options.json ?? false, (context) => detect(context, project, options)),
  )

command('embed <project>', 'make a vector of every student')
  .option('--model <file|id>', 'weights of an appearance or a relation network', 'nanodet-embedding')
  .option('--name <modality>', "name of the vectors; the family's own by default")
  .option('--noise <which>', "GroupRec's: seed:N, none, or mean:N for the mean of N draws", 'seed:0')
  .addOption(
    new Option('--precision <type>', 'int8 on the CPU only, float16 on a GPU only')
      .choices(['float32', 'int8', 'float16'])
      .default('float32'),
  )
  .addOption(deviceOption())
  .option('--replace', 'vectors of the same name from other weights give way')
  .action((project: string, options: Options & EmbedOptions) =>
    withWorkbench(options.json ?? false, (context) => embed(context, project, options)),
  )

const extraction = (named: Command): Command =>
  named
    .option('--relation <file>', "GroupRec's relation checkpoint")
    .option('--appearance <file>', 'weights of an appearance network, as ConvNeXt-Base')
    .option('--detector <file>', 'a detector in place of the own one')
    .option('--model <file>', 'a head to predict with')
    .option('--config <file>', "the head's RAFNet config (.yaml), or a .json with a model section")
    .option('--noise <which>', "GroupRec's: seed:N, none, or mean:N for the mean of N draws", 'seed:0')
    .addOption(deviceOption())

extraction(command('extract <photos>', "RAFNet's whole extractor on a folder of photos"))
  .requiredOption('--out <file>', 'feature pickle to write')
  .action((photos: string, options: Options & ExtractOptions) =>
    withWorkbench(options.json ?? false, (context) => extract(context, photos, options)),
  )

extraction(command('analyze <photos>', 'from a bare folder of photos to a report and a feature pickle'))
  .requiredOption('--out <dir>', 'folder for the report, the pickle and the project')
  .option('--show-faces', 'leave faces as they are; they are pixelated otherwise')
  .action((photos: string, options: Options & AnalyzeOptions) =>
    withWorkbench(options.json ?? false, (context) => analyze(context, photos, options)),
  )

const weights = program.command('models').description('detectors and extractors that Lectern knows')
command('list', 'all of them, and what is missing', weights).action((options: Options) =>
  withWorkbench(options.json ?? false, (context) => listWeights(context)),
)
command('add <file>', 'recognise a file of weights, or the one that a model card names', weights)
  .option('--name <name>', "the file's stem by default")
  .action((file: string, options: Options & { name?: string }) =>
    withWorkbench(options.json ?? false, (context) => addWeights(context, file, options)),
  )
command('test <id|file>', 'run it once', weights)
  .addOption(deviceOption())
  .action((model: string, options: Options & Parameters<typeof testWeights>[2]) =>
    withWorkbench(options.json ?? false, (context) => testWeights(context, model, options)),
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

command('ensemble <project>', 'mix the logits of runs into a run of its own, and measure it')
  .requiredOption('--models <names>', 'names of the runs to mix, separated by commas')
  .addOption(new Option('--weights <list>', 'one for each, as .5,.3,.2; equal by default').conflicts('search'))
  .option('--search [split]', 'search the weights on the labelled students of a split; on all without a name')
  .option('--name <name>', 'name of the new run')
  .action((project: string, options: Options & EnsembleOptions) =>
    withWorkbench(options.json ?? false, (context) => ensemble(context, project, options)),
  )

command('aggregate <folder>', "sum up results over seeds: run folders of RAFNet's Python, or of Lectern")
  .option('--out <dir>', 'folder for final_results.json and final_results.csv')
  .action((folder: string, options: Options & { out?: string }) =>
    withWorkbench(options.json ?? false, (context) => aggregate(context, folder, options)),
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

command('train [project]', "train heads on a project's labels, or from RAFNet's own configuration")
  .option('--config <yaml>', 'RAFNet config; without a project it names the feature pickles and output_dir, too')
  .option('--preset <name>', "one of the paper's configurations, as grouprec_convnext_gated_loss_tuned")
  .option('--head <family>', 'a head family, as gated_fusion_classifier')
  .option('--modalities <names>', 'what --head fuses, as grouprec,convnext')
  .option('--spatial', 'give the graph of --head the boxes and photos')
  .addOption(new Option('--splits <which>', "the project's").choices(['made', 'imported']).default('made'))
  .addOption(
    new Option('--together <what>', 'what never lies on two sides of a made split')
      .choices(['scene', 'room', 'date'])
      .default('scene'),
  )
  .option('--shares <train,val,test>', 'shares of the students', '70,15,15')
  .option('--split-seed <n>', 'another seed makes another split', '41')
  .option('--only-confirmed', 'leave out labels that were only imported')
  .option('--seeds <list>', "seeds in place of the recipe's, as 41,42,43")
  .option('--epochs <n>', "epochs in place of the recipe's")
  .option('--batch-size <n>', "students of a step in place of the recipe's")
  .option('--learning-rate <x>', "rate in place of the recipe's")
  .option('--name <name>', 'name of the training; the recipe by default')
  .option('--adopt', 'make a model of the best seed and run it on the project')
  .option('--plan', 'only say what it would be made of')
  .option('--out <dir>', "without a project: folder in place of the config's output_dir")
  .option('--root <dir>', 'where relative paths of the config start; the current folder by default')
  .option('--resume [id]', 'go on with a paused training of the project, or with what an interrupted --config left')
  .action((project: string | undefined, options: Options & TrainProjectOptions) =>
    withWorkbench(options.json ?? false, (context) =>
      project === undefined ? trainConfig(context, options) : trainProject(context, project, options),
    ),
  )

command('learn <project>', 'learn a head from the corrections, and say how right it is on students held out').action(
  (project: string, options: Options) => withWorkbench(options.json ?? false, (context) => learn(context, project)),
)

command('review <project>', 'the students that most need eyes, each with its reasons')
  .option('--limit <n>', 'how many', '20')
  .option('--model <name>', 'name of the run; what was learnt, else the newest by default')
  .action((project: string, options: Options & ReviewOptions) =>
    withWorkbench(options.json ?? false, (context) => review(context, project, options)),
  )

command('baselines [project]', "the paper's external baselines, fitted on train and judged on test")
  .option('--config <yaml>', 'without a project: RAFNet config that names the feature pickles')
  .option('--names <list>', 'only these, as logistic_concat,svm_convnext,late_fusion')
  .addOption(new Option('--splits <which>', "the project's").choices(['made', 'imported']).default('made'))
  .addOption(
    new Option('--together <what>', 'what never lies on two sides of a made split')
      .choices(['scene', 'room', 'date'])
      .default('scene'),
  )
  .option('--shares <train,val,test>', 'shares of the students', '70,15,15')
  .option('--split-seed <n>', 'another seed makes another split', '41')
  .option('--only-confirmed', 'leave out labels that were only imported')
  .option('--seed <n>', 'of the perceptrons and the random projections', '41')
  .option('--out <dir>', 'folder for baselines.json and baselines.csv')
  .option('--root <dir>', 'where relative paths of the config start; the current folder by default')
  .action((project: string | undefined, options: Options & BaselinesOptions) =>
    withWorkbench(options.json ?? false, (context) => baselines(context, project, options)),
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
