import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import { contract } from '#shared/contract/contract.ts'
import { channelPair } from '#shared/rpc/channel-pair.ts'
import { connect } from '#shared/rpc/connect.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Response } from '#shared/rpc/types.ts'
import { describeRefusals, type BadInput } from '../../support/bad-input.ts'
import { startRealWorkbench, type FullProject } from '../../support/real-workbench.ts'
import { temporaryFolder } from '../../support/store.ts'

type Edit = Parameters<FullProject['client']['edits']['apply']>[0]['edits'][number]

const editing = (
  what: string,
  code: string,
  edit: (full: FullProject) => Edit,
  ...names: readonly string[]
): BadInput => ({
  what,
  code,
  names,
  attempt: (full) => full.client.edits.apply({ edits: [edit(full)], annotator: 'Ada' }),
})
const labelling = (studentId: number, classIndex: number): Edit => ({
  kind: 'label',
  studentId,
  classIndex,
  source: 'person',
})
const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 })

describeRefusals('an edit of what is not there', [
  editing('a student', 'edits.student-unknown', () => labelling(9999, 0), '9999'),
  editing('a class', 'edits.class-unknown', ({ studentId }) => labelling(studentId, 9), '9'),
  editing(
    'a class of a drawn student',
    'edits.class-unknown',
    ({ sceneId }) => ({ kind: 'draw', sceneId, box: box(1, 1, 9, 9), classIndex: 5 }),
    '5',
  ),
  editing(
    'a scene to draw in',
    'edits.scene-unknown',
    () => ({ kind: 'draw', sceneId: 999, box: box(1, 1, 9, 9), classIndex: null }),
    '999',
  ),
  editing(
    'a scene to review',
    'edits.scene-unknown',
    () => ({ kind: 'review', sceneId: 999, review: 'reviewed' }),
    '999',
  ),
  editing('a box outside the photo', 'edits.box-outside', ({ studentId }) => ({
    kind: 'box',
    studentId,
    box: box(9e6, 9e6, 9e6 + 5, 9e6 + 5),
  })),
  editing('a box without area', 'edits.box-invalid', ({ studentId }) => ({
    kind: 'box',
    studentId,
    box: box(10, 10, 10, 10),
  })),
  editing(
    'a box of NaN',
    'rpc.input-invalid',
    ({ studentId }) => ({ kind: 'box', studentId, box: box(Number.NaN, 0, 1, 1) }),
    'edits.apply',
    'x1',
  ),
  editing(
    'a box without end',
    'rpc.input-invalid',
    ({ studentId }) => ({ kind: 'box', studentId, box: box(0, 0, Infinity, 1) }),
    'x2',
  ),
  {
    what: 'one of a hundred students',
    code: 'edits.student-unknown',
    names: ['9999'],
    attempt: ({ client, studentId }) =>
      client.edits.apply({
        edits: [...Array.from({ length: 99 }, () => labelling(studentId, 1)), labelling(9999, 1)],
        annotator: 'Ada',
      }),
  },
  {
    what: 'no edit at all',
    code: 'rpc.input-invalid',
    names: ['edits'],
    attempt: ({ client }) => client.edits.apply({ edits: [], annotator: 'Ada' }),
  },
  {
    what: 'nobody',
    code: 'rpc.input-invalid',
    names: ['annotator'],
    attempt: ({ client, studentId }) => client.edits.apply({ edits: [labelling(studentId, 1)], annotator: ' ' }),
  },
])

/** A message as a page that went wrong would send it. */
function ask({ session }: FullProject, procedure: string, input: unknown): Promise<unknown> {
  const [near, far] = channelPair()
  serve(contract, session.handlers, far)
  return new Promise((resolve, reject) => {
    near.onMessage((message) => {
      const response = message as Response
      near.close()
      if (response.kind === 'error') reject(AppError.from(response.error))
      else resolve(response)
    })
    near.send({ kind: 'start', id: 1, procedure, input })
  })
}

const asking = (
  what: string,
  code: string,
  procedure: string,
  input: unknown,
  ...names: readonly string[]
): BadInput => ({
  what,
  code,
  names: [procedure, ...names],
  attempt: (full) => ask(full, procedure, input),
})

describeRefusals('a call that the contract does not know', [
  asking('of no service', 'rpc.procedure-unknown', 'shell.run', {}),
  asking('of no procedure', 'rpc.procedure-unknown', 'project.drop', {}),
  asking('of what every object has', 'rpc.procedure-unknown', 'project.constructor', {}),
  asking('of a prototype', 'rpc.procedure-unknown', '__proto__.toString', {}),
  asking('without a name', 'rpc.procedure-unknown', '', {}),
  asking('without input', 'rpc.input-invalid', 'scenes.get', undefined),
  asking('with text for a number', 'rpc.input-invalid', 'scenes.get', { sceneId: '1' }, 'sceneId'),
  asking('with half a scene', 'rpc.input-invalid', 'scenes.get', { sceneId: 1.5 }, 'sceneId'),
  asking('with an id of 2^60', 'rpc.input-invalid', 'scenes.get', { sceneId: 2 ** 60 }, 'sceneId'),
  asking('with a list for an object', 'rpc.input-invalid', 'project.open', [], 'expected object'),
  asking('with an empty path', 'rpc.input-invalid', 'exchange.importFile', { file: '' }, 'file'),
  asking(
    'with a path of a million letters',
    'rpc.input-invalid',
    'exchange.importFile',
    { file: 'a'.repeat(1e6) },
    'file',
  ),
  asking('with more than it takes', 'rpc.input-invalid', 'project.close', { force: true }, 'force'),
  asking('with a device nobody has', 'rpc.input-invalid', 'models.predict', { modelId: 1, device: 'tpu' }, 'device'),
  asking('with a page of a million scenes', 'rpc.input-invalid', 'scenes.list', { limit: 1e6 }, 'limit'),
  asking(
    'with a colour that is none',
    'rpc.input-invalid',
    'project.editClass',
    { index: 0, name: 'A', colour: 'red; x: url(//a)', letter: 'A' },
    'colour',
  ),
])

describeRefusals('a question about what is not there', [
  {
    what: 'a scene',
    code: 'scenes.unknown',
    names: ['999'],
    attempt: ({ client }) => client.scenes.get({ sceneId: 999 }),
  },
  {
    what: 'a run',
    code: 'runs.unknown',
    names: ['999'],
    attempt: ({ client }) => client.evaluation.evaluate({ runId: 999 }),
  },
  {
    what: 'a run of another report',
    code: 'runs.unknown',
    names: ['999'],
    attempt: ({ client, folder }) =>
      client.reports.write({ runId: 999, out: join(folder, 'report'), formats: ['html'] }),
  },
  { what: 'a job', code: 'jobs.unknown', names: ['999'], attempt: ({ client }) => client.jobs.cancel({ jobId: 999 }) },
  {
    what: 'a class to rename',
    code: 'project.class-unknown',
    names: ['9'],
    attempt: ({ client }) => client.project.editClass({ index: 9, name: 'Asleep', colour: '#000000', letter: 'A' }),
  },
  {
    what: 'a class like another',
    code: 'project.class-not-unique',
    names: ['Listening'],
    attempt: ({ client }) => client.project.editClass({ index: 0, name: 'Listening', colour: '#000000', letter: 'X' }),
  },
  {
    what: 'a class to search for',
    code: 'scenes.class-unknown',
    names: ['asleep'],
    attempt: ({ client }) => client.scenes.list({ query: 'class:asleep' }),
  },
  {
    what: 'a confidence that is none',
    code: 'scenes.query-invalid',
    names: ['conf<x'],
    attempt: ({ client, runId }) => client.scenes.list({ query: 'conf<x', runId }),
  },
  {
    what: 'a confidence without a run',
    code: 'scenes.query-needs-run',
    names: ['no run is chosen'],
    attempt: ({ client }) => client.scenes.list({ query: 'conf<0.5' }),
  },
  {
    what: 'a folder to list',
    code: 'host.folder-unreadable',
    names: ['none'],
    attempt: ({ client, folder }) => client.host.listFolder({ folder: join(folder, 'none') }),
  },
  {
    what: 'a folder to make below a file',
    code: 'host.folder-not-created',
    names: ['features.pkl'],
    attempt: ({ client, features }) => client.host.createFolder({ folder: join(features, 'a') }),
  },
  ...(process.platform === 'linux'
    ? [
        {
          what: 'a folder to make where the system takes none',
          code: 'host.folder-not-created',
          names: ['/proc/a/b'],
          attempt: ({ client }: FullProject) => client.host.createFolder({ folder: '/proc/a/b' }),
        },
      ]
    : []),
])

test('messages that are no requests leave the connection as it is', async () => {
  const folder = temporaryFolder()
  const session = startRealWorkbench(folder)
  const [near, far] = channelPair()
  serve(contract, session.handlers, far)
  for (const message of [
    null,
    undefined,
    7,
    'start',
    [],
    {},
    { kind: 'start' },
    { kind: 'start', id: '1', procedure: 'a' },
    { kind: 'start', id: 1, procedure: {} },
    { kind: 'cancel', id: 99 },
  ])
    near.send(message)
  expect(await connect(contract, near).project.current({})).toBeNull()
  near.close()
  await session.close()
})

test('settings that cannot be read are kept aside, and the defaults take their place', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'user'))
  for (const name of ['settings.json', 'recent-projects.json'])
    writeFileSync(join(folder, 'user', name), '{"language": 7')
  const session = startRealWorkbench(folder)
  expect(await session.client.settings.get({})).toMatchObject({ language: 'system', annotator: 'me' })
  expect(await session.client.project.recent({})).toEqual([])
  await session.close()
  expect(readdirSync(join(folder, 'user')).sort()).toEqual(['recent-projects.json.damaged', 'settings.json.damaged'])
})

const hasPipes = process.platform !== 'win32'

test.skipIf(!hasPipes)(
  `a pipe or a device is refused before anything waits for it${hasPipes ? '' : ' (Windows has none in folders)'}`,
  async () => {
    const folder = temporaryFolder()
    const pipe = join(folder, 'pipe.pkl')
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
    const session = startRealWorkbench(folder)
    const { client } = session
    await client.project.create({ folder: join(folder, 'a.lectern'), photoRoot: null })
    const code = (promise: Promise<unknown>) => promise.catch((error: { code: string }) => error.code)
    expect(await code(client.exchange.importFile({ file: pipe }))).toBe('exchange.file-unreadable')
    expect(await code(client.exchange.importFile({ file: '/dev/zero' }))).toBe('exchange.file-unreadable')
    expect(await code(client.models.inspect({ file: pipe }))).toBe('exchange.file-unreadable')
    await session.close()
  },
)
