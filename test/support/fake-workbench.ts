import { contract, type LecternContract } from '#shared/contract/contract.ts'
import type { Edit } from '#shared/domain/edit.ts'
import type { EditState } from '#shared/contract/edits.ts'
import type { Evaluation, StudentCard } from '#shared/contract/evaluation.ts'
import type { Job } from '#shared/contract/jobs.ts'
import type { LearningState, ReviewItem, ReviewQueue } from '#shared/contract/learning.ts'
import type { ModelInfo, RunInfo } from '#shared/contract/models.ts'
import type { Change, ProjectSummary, RecentProject } from '#shared/contract/project.ts'
import { settingsSchema, type Settings } from '#shared/contract/settings.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { channelPair, type ClosableChannel } from '#shared/rpc/channel-pair.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { createFeed, type Feed } from '#main/workbench/feed.ts'
import type { Bridge } from '../../src-renderer/bridge/bridge.ts'

type AllHandlers = Handlers<LecternContract>
export type HandlerOverrides = { readonly [S in keyof AllHandlers]?: Partial<AllHandlers[S]> }

export const projectSummary: ProjectSummary = {
  folder: '/data/lessons.lectern',
  name: 'lessons',
  photoRoot: '/data/lessons',
  classes: rafnetClasses,
  scenes: 2,
  students: 4,
  labelled: 4,
  reviewedScenes: 0,
  splits: ['train', 'test'],
  modalities: [{ name: 'convnext', width: 48, students: 4 }],
  note: null,
}

export const modelInfo: ModelInfo = {
  id: 1,
  name: 'ConvNeXt only',
  file: '/data/convnext.pth',
  sha256: 'd15874d8cca6aaaa',
  family: 'multimodal_classifier',
  classes: 5,
  modalities: [{ name: 'convnext', width: 48, role: 'feature' }],
  assumptions: [{ parameter: 'hidden_dim', value: '256', origin: 'default' }],
  createdAt: '2026-01-01T08:00:00.000Z',
}

export const runInfo = (id: number, name = `run ${id}`): RunInfo => ({
  id,
  modelId: 1,
  name,
  provider: 'cpu',
  providerReason: 'no CUDA library',
  appVersion: '0.1.0',
  students: 4,
  msPerStudent: 0.5,
  createdAt: '2026-01-01T08:00:00.000Z',
  omitted: [],
  gateModalities: [],
  partial: false,
  batching: 'scene',
})

/** What the fake keeps: tests read it, and change it between calls. */
export interface FakeState {
  project: ProjectSummary | null
  recents: RecentProject[]
  settings: Settings
  models: ModelInfo[]
  runs: RunInfo[]
  cards: StudentCard[]
  /** Students that need eyes, in their order. */
  queue: ReviewItem[]
  evaluation: Evaluation | null
  history: EditState
  readonly applied: (readonly Edit[])[]
  readonly calls: { readonly name: string; readonly input: unknown }[]
}

export interface FakeWorkbench {
  readonly state: FakeState
  readonly bridge: Bridge
  /** Tells the page that something changed. */
  change(topics: Change['topics']): void
  showJobs(jobs: readonly Job[]): void
  showTrainings(trainings: readonly TrainingInfo[]): void
  showLearning(state: LearningState): void
  /** Cuts the connection, as a restarting host does. */
  cut(): void
  connections(): number
}

/** A hand-written workbench behind the real rpc: what the page sends is really served, only its answers are made up. */
export function fakeWorkbench(overrides: HandlerOverrides = {}): FakeWorkbench {
  const state: FakeState = {
    project: projectSummary,
    recents: [],
    settings: settingsSchema.parse({ language: 'en' }),
    models: [modelInfo],
    runs: [],
    cards: [],
    queue: [],
    evaluation: null,
    history: { undo: null, redo: null },
    applied: [],
    calls: [],
  }
  const changes = createFeed<Change>()
  const jobs = createFeed<readonly Job[]>()
  const trainings = createFeed<readonly TrainingInfo[]>()
  const learning = createFeed<LearningState>()
  const handlers = recorded(state, merge(plainHandlers(state, { changes, jobs, trainings, learning }), overrides))
  const open: ClosableChannel[] = []
  let revision = 0
  return {
    state,
    bridge: {
      kind: 'web',
      connect: () => {
        const [page, host] = channelPair()
        serve(contract, handlers, host)
        open.push(page)
        return Promise.resolve(page)
      },
      mediaUrl: (path) => `/media/${path}`,
      pathForFile: () => null,
    },
    change: (topics) => changes.publish({ revision: ++revision, topics, sceneIds: null }),
    showJobs: (shown) => jobs.publish(shown),
    showTrainings: (shown) => trainings.publish(shown),
    showLearning: (shown) => learning.publish(shown),
    cut: () => open.at(-1)?.close(),
    connections: () => open.length,
  }
}

interface Feeds {
  readonly changes: Feed<Change>
  readonly jobs: Feed<readonly Job[]>
  readonly trainings: Feed<readonly TrainingInfo[]>
  readonly learning: Feed<LearningState>
}

function plainHandlers(state: FakeState, { changes, jobs, trainings, learning }: Feeds): AllHandlers {
  const step = { id: 1, kinds: { label: 1 }, sceneIds: [1], studentIds: [1] }
  const unanswered = (name: string) => () => {
    throw new Error(`the fake workbench was not told how to answer ${name}`)
  }
  return {
    project: {
      current: () => state.project,
      recent: () => state.recents,
      forgetRecent: ({ folder }) => {
        state.recents = state.recents.filter((one) => one.folder !== folder)
        return null
      },
      create: ({ folder, photoRoot }) =>
        (state.project = { ...projectSummary, folder, photoRoot, scenes: 0, students: 0 }),
      open: ({ folder }) => (state.project = { ...projectSummary, folder }),
      openSample: () => (state.project = { ...projectSummary, folder: '/data/sample.lectern', name: 'sample' }),
      close: () => (state.project = null),
      discardEmpty: ({ folder }) => {
        const discarded = state.project?.folder === folder && state.project.scenes === 0
        if (discarded) state.project = null
        return { discarded }
      },
      relinkPhotos: () => ({ found: 2, missing: 0 }),
      editClass: ({ index, ...change }) =>
        (state.project = {
          ...projectSummary,
          classes: projectSummary.classes.map((one) => (one.index === index ? { ...one, ...change } : one)),
        }),
      changes: (_input, { signal }) => changes.follow(signal),
    },
    scenes: {
      list: () => ({ total: 0, rows: [] }),
      get: unanswered('scenes.get'),
      history: () => [],
      neighbours: () => [],
      explain: unanswered('scenes.explain'),
    },
    edits: {
      apply: ({ edits }) => {
        state.applied.push(edits)
        state.history = { undo: step, redo: null }
        return step
      },
      undo: () => {
        state.history = { undo: null, redo: step }
        return step
      },
      redo: () => {
        state.history = { undo: step, redo: null }
        return step
      },
      state: () => state.history,
    },
    models: {
      list: () => state.models,
      inspect: () => modelInfo,
      add: () => modelInfo,
      addRunFolder: unanswered('models.addRunFolder'),
      remove: () => null,
      exportHead: unanswered('models.exportHead'),
      runs: () => state.runs,
      predict: ({ modelId, batching }) => {
        const run = { ...runInfo(state.runs.length + 1), modelId, batching }
        state.runs = [...state.runs, run]
        return run
      },
      predictions: () => [],
      providers: () => ({ chosen: 'cpu', reports: [], runtimeVersion: '1.30.0', warmUpRuns: 5, timedRuns: 20 }),
    },
    evaluation: {
      evaluate: () => state.evaluation ?? unanswered('evaluation.evaluate')(),
      intervals: unanswered('evaluation.intervals'),
      calibration: unanswered('evaluation.calibration'),
      compare: unanswered('evaluation.compare'),
      gates: unanswered('evaluation.gates'),
      modalityRemoval: unanswered('evaluation.modalityRemoval'),
      several: unanswered('evaluation.several'),
      ensemble: unanswered('evaluation.ensemble'),
      resultFolder: unanswered('evaluation.resultFolder'),
      agreement: () => ({ annotators: [], pairs: [], all: null }),
      students: () => ({ total: state.cards.length, cards: state.cards }),
    },
    training: {
      run: unanswered('training.run'),
      presets: () => [],
      plan: unanswered('training.plan'),
      enqueue: unanswered('training.enqueue'),
      watch: (_input, { signal }) => trainings.follow(signal),
      curves: () => [],
      pause: () => null,
      resume: () => null,
      stop: () => null,
      remove: () => null,
      adopt: unanswered('training.adopt'),
      baselines: unanswered('training.baselines'),
    },
    learning: {
      watch: (_input, { signal }) => learning.follow(signal),
      configure: () => null,
      learnNow: () => null,
      activate: () => null,
      reviewQueue: (wish) => queuePage(state.queue, wish),
    },
    exchange: {
      importFile: unanswered('exchange.importFile'),
      importFeatures: unanswered('exchange.importFeatures'),
      importSplit: unanswered('exchange.importSplit'),
      scanPhotos: unanswered('exchange.scanPhotos'),
      photoNews: (_input, { signal }) => createFeed<never>().follow(signal),
      duplicates: () => ({ groups: [], compared: 0, notCompared: [], leftOut: [] }),
      leaveOut: unanswered('exchange.leaveOut'),
      bringBack: unanswered('exchange.bringBack'),
      places: () => ({ pattern: null, suggestions: [] }),
      previewPlaces: unanswered('exchange.previewPlaces'),
      applyPlaces: unanswered('exchange.applyPlaces'),
      clearPlaces: () => ({ changed: 0 }),
      planExport: () => ({ students: 0, modalities: [], changes: [], omitted: [], findings: [] }),
      exportFeatures: unanswered('exchange.exportFeatures'),
    },
    extraction: {
      weights: () => [],
      wanted: () => [],
      inspectWeights: unanswered('extraction.inspectWeights'),
      addWeights: unanswered('extraction.addWeights'),
      removeWeights: () => null,
      testWeights: unanswered('extraction.testWeights'),
      detect: unanswered('extraction.detect'),
      embed: unanswered('extraction.embed'),
      extract: unanswered('extraction.extract'),
      noiseStudy: unanswered('extraction.noiseStudy'),
      discardDetections: () => ({ students: 0 }),
    },
    reports: { preview: unanswered('reports.preview'), write: unanswered('reports.write') },
    jobs: { watch: (_input, { signal }) => jobs.follow(signal), cancel: () => null, clear: () => null },
    settings: {
      get: () => state.settings,
      set: (change) => (state.settings = settingsSchema.parse({ ...state.settings, ...change })),
    },
    host: {
      info: () => ({
        kind: 'web',
        appVersion: '0.1.0',
        platform: 'linux',
        locale: 'en-GB',
        nativeDialogs: false,
        home: '/home/teacher',
      }),
      pick: () => null,
      listFolder: unanswered('host.listFolder'),
      createFolder: () => null,
      reveal: () => false,
      commands: (_input, { signal }) => createFeed<never>().follow(signal),
    },
  }
}

interface QueueWish {
  readonly runId: number | null
  readonly reasons: readonly string[] | null
  readonly predicted: number | null
  readonly offset: number
  readonly limit: number
}

function queuePage(queue: readonly ReviewItem[], { runId, reasons, predicted, offset, limit }: QueueWish): ReviewQueue {
  const hasReason = (item: ReviewItem) => !reasons || item.reasons.some((one) => reasons.includes(one.reason))
  const isClass = (item: ReviewItem) => predicted === null || item.predicted === predicted
  const items = queue.filter((item) => hasReason(item) && isClass(item))
  const count = <Key extends PropertyKey>(keys: readonly Key[]) =>
    Object.fromEntries([...new Set(keys)].map((key) => [key, keys.filter((one) => one === key).length]))
  return {
    total: items.length,
    items: items.slice(offset, offset + limit),
    runId,
    byReason: count(queue.filter(isClass).flatMap((item) => item.reasons.map((one) => one.reason))),
    byPredicted: count(queue.filter(hasReason).map((item) => item.predicted)),
  }
}

function merge(plain: AllHandlers, overrides: HandlerOverrides): AllHandlers {
  const services = Object.entries(plain).map(([name, service]) => [
    name,
    { ...service, ...overrides[name as keyof AllHandlers] },
  ])
  return Object.fromEntries(services) as AllHandlers
}

/** Writes every call down before it is answered. */
function recorded(state: FakeState, handlers: AllHandlers): AllHandlers {
  const services = Object.entries(handlers).map(([service, procedures]) => [
    service,
    Object.fromEntries(
      Object.entries(procedures as Record<string, (input: unknown, context: unknown) => unknown>).map(
        ([name, handler]) => [
          name,
          (input: unknown, context: unknown) => {
            state.calls.push({ name: `${service}.${name}`, input })
            return handler(input, context)
          },
        ],
      ),
    ),
  ])
  return Object.fromEntries(services) as AllHandlers
}
