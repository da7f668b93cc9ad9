import type { Declaration } from './command.ts'
import { aggregateCommand } from './commands/aggregate.ts'
import { analyzeCommand } from './commands/analyze.ts'
import { baselinesCommand } from './commands/baselines.ts'
import { calibrateCommand } from './commands/calibrate.ts'
import { compareCommand } from './commands/compare.ts'
import { demoCommand } from './commands/demo.ts'
import { detectCommand } from './commands/detect.ts'
import { embedCommand } from './commands/embed.ts'
import { ensembleCommand } from './commands/ensemble.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { explainCommand } from './commands/explain.ts'
import { exportCommand } from './commands/export.ts'
import { extractCommand } from './commands/extract.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { labelCommand } from './commands/label.ts'
import { learnCommand } from './commands/learn.ts'
import { modelsCommands } from './commands/models.ts'
import { predictCommand } from './commands/predict.ts'
import { reportCommand } from './commands/report.ts'
import { reviewCommand } from './commands/review.ts'
import { runsCommand } from './commands/runs.ts'
import { scanCommand } from './commands/scan.ts'
import { serveCommand } from './commands/serve.ts'
import { trainCommand } from './commands/train.ts'

/** Every command, in the order of the help. */
export const commands: readonly Declaration[] = [
  initCommand,
  scanCommand,
  importCommand,
  predictCommand,
  detectCommand,
  embedCommand,
  extractCommand,
  analyzeCommand,
  modelsCommands,
  labelCommand,
  runsCommand,
  evaluateCommand,
  explainCommand,
  calibrateCommand,
  compareCommand,
  ensembleCommand,
  aggregateCommand,
  reportCommand,
  exportCommand,
  trainCommand,
  learnCommand,
  reviewCommand,
  baselinesCommand,
  demoCommand,
  serveCommand,
]
