import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const golden = join(root, 'test', 'fixtures', 'golden', 'features.pkl')
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-train-project-'))
  mkdirSync(join(folder, 'photos'))
  for (const args of [
    ['init', 'class', '--images', 'photos'],
    ['import', 'class', golden],
  ]) {
    const { code, stderr } = await lectern(...args)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [join(root, 'src-main', 'hosts', 'cli', 'main.ts'), ...args], {
    cwd: folder,
    env: { ...process.env, LECTERN_USER_DATA: join(folder, 'user') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** The command line from source; `onNote` hears what it says while it runs. */
function lectern(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return outcome(start(args))
}

function outcome(
  child: ChildProcessByStdio<null, Readable, Readable>,
  onNote: (stderr: string) => void = () => undefined,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => onNote((stderr += data.toString())))
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

const mlp = ['--head', 'multimodal_classifier', '--modalities', 'grouprec,convnext', '--batch-size', '64']

test('train <project> --adopt trains on its labels, makes a model and runs it', async () => {
  const asked = [...mlp, '--seeds', '41,42', '--epochs', '3', '--shares', '60,20,20', '--name', 'mine']
  const { code, stdout, stderr } = await lectern('train', 'class', ...asked, '--adopt', '--json')
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  const result = JSON.parse(stdout) as { students: Record<string, number>; models: { name: string }[] }
  expect(result).toMatchObject({
    model: 'mine',
    n_seeds: 2,
    seeds: [{ seed: 41 }, { seed: 42 }],
    training_id: 1,
    state: 'done',
    lectern: { leakage: null },
  })
  expect(Object.values(result.students).reduce((sum, count) => sum + count, 0)).toBe(27)
  expect(stderr).toMatch(/seed 41\n {2}epoch 1: loss/)
  expect(result.models).toEqual([
    expect.objectContaining({ name: expect.stringMatching(/^mine seed 4[12]$/) as string }),
  ])
  const runs = await lectern('runs', 'class', '--json')
  expect(runs.stdout).toContain(result.models[0]!.name)
})

test('--plan says what would be trained, by default what suits the features, and writes nothing', async () => {
  const { code, stdout } = await lectern('train', 'class', '--plan', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    model: 'grouprec_convnext_gated_c_spatial_graph_loss_tuned',
    family: 'context_graph_fusion_classifier',
    problem: null,
    splits: {
      train: {
        class_counts: [
          expect.any(Number),
          expect.any(Number),
          expect.any(Number),
          expect.any(Number),
          expect.any(Number),
        ],
      },
    },
    lectern: { leakage: null },
  })
})

/** What a file of a paused training begins with; the length of its header follows. */
const stateMagic = 'LECTERN-TRAINING-1\n'

/** `train class …` that gets a signal once its notes say `at`. */
function interrupted(args: readonly string[], at: RegExp, signal: 'SIGINT' | 'SIGKILL' = 'SIGINT') {
  const child = start(['train', 'class', ...args])
  let sent = false
  return outcome(child, (stderr) => {
    if (!sent && at.test(stderr)) sent = child.kill(signal)
  })
}

test.skipIf(process.platform === 'win32')(
  'a killed program loses at most the running epoch (signals are not sent so on Windows)',
  async () => {
    const killed = await interrupted([...mlp, '--seeds', '41', '--epochs', '2000'], /epoch 3:/, 'SIGKILL')
    const told = Math.max(...[...killed.stderr.matchAll(/epoch (\d+):/g)].map(([, epoch]) => Number(epoch)))
    const [, run, id] = /writes to (.*training.(\d+).*)/.exec(killed.stderr)!
    const state = readFileSync(join(run!, 'seed_41', 'training_state.bin'))
    const length = state.readUInt32LE(stateMagic.length)
    const header = state.subarray(stateMagic.length + 4, stateMagic.length + 4 + length).toString()
    const { history } = JSON.parse(header) as { history: unknown[] }
    expect(history.length).toBeGreaterThanOrEqual(told)
    const resumed = await interrupted(['--resume', id!], new RegExp(`epoch ${history.length + 2}:`))
    expect(resumed.stderr).toContain(`epoch ${history.length + 1}:`)
    expect(resumed.stderr).toMatch(/training.paused/)
  },
)

test.skipIf(process.platform === 'win32')(
  'an interrupt pauses, and --resume goes on (signals are not sent so on Windows)',
  async () => {
    const paused = await interrupted([...mlp, '--seeds', '41', '--epochs', '2000', '--json'], /epoch 2:/)
    expect(paused.code).toBe(1)
    const error = JSON.parse(paused.stderr.trim().split('\n').at(-1)!) as {
      code: string
      details: { trainingId: number; epochs: number }
    }
    expect(error.code).toBe('training.paused')
    const { trainingId, epochs } = error.details
    const next = epochs + 3
    const resumed = await interrupted(['--resume', String(trainingId)], new RegExp(`epoch ${next}:`))
    expect(resumed.stderr).toMatch(new RegExp(`training.paused: .* --resume ${trainingId}\n$`))
    expect(resumed.stderr).toContain(`epoch ${epochs + 2}:`)
  },
)

test('wrong calls end with a sentence', async () => {
  const wrong = async (...args: string[]): Promise<unknown> => {
    const { code, stderr } = await lectern('train', ...args, '--json')
    expect(code).toBe(1)
    return (JSON.parse(stderr) as { code: string }).code
  }
  expect(await wrong()).toBe('cli.usage')
  expect(await wrong('class', '--shares', '70,30')).toBe('cli.usage')
  expect(await wrong('class', '--preset', 'convnext_only', '--head', 'multimodal_classifier')).toBe('cli.usage')
  expect(await wrong('class', '--resume', '99')).toBe('training.unknown')
  expect(await wrong('class', '--preset', 'no_such')).toBe('training.preset-unknown')
})

test('train <project> takes contrastive loss and mixup, and refuses numbers that make no sense', async () => {
  const asked = [...mlp, '--seeds', '41', '--epochs', '1', '--shares', '60,20,20', '--name', 'loss']
  const { code, stdout, stderr } = await lectern(
    ...['train', 'class', ...asked, '--contrastive', '0.3', '--mixup', '0.4', '--json'],
  )
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  const { training_id: id } = JSON.parse(stdout) as { training_id: number }
  const config = readFileSync(join(folder, 'class', 'training', String(id), 'loss', 'seed_41', 'config.yaml'), 'utf8')
  expect(config).toMatch(/contrastive:\s+enabled: true\s+weight: 0\.3\s+temperature: 0\.2\n/)
  expect(config).toMatch(/mixup_alpha: 0\.4\n/)
  for (const wrong of [
    ['--contrastive', '0.1,0'],
    ['--contrastive', 'much'],
    ['--contrastive', '0.1,0.2,0.3'],
    ['--mixup', '11'],
    ['--mixup', ''],
  ]) {
    const refused = await lectern('train', 'class', ...mlp, ...wrong, '--plan')
    expect(refused.code, wrong.join(' ')).not.toBe(0)
    expect(refused.stderr).toMatch(wrong[0] === '--mixup' ? /--mixup is/ : /--contrastive is/)
  }
})
