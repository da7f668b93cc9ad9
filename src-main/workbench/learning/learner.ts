import { AppError, cancelled, toAppError, type AppErrorData } from '#shared/contract/app-error.ts'
import type { LearningState } from '#shared/contract/learning.ts'
import type { Change } from '#shared/contract/project.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { newestLabel } from '#main/store/tables/label.ts'
import { countCorrections, listLearnt, type LearntRow } from '#main/store/tables/learnt.ts'
import { photosCompared } from '../exchange/duplicates-compare.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import { watchLatest } from '../watch-latest.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { chooseModalities, type ChosenModalities } from './choose-modalities.ts'
import { removeOldVersions } from './clear-versions.ts'
import { gatherExamples } from './gather-examples.ts'
import { changeChoice, plainChoice, readChoice, type LearningChoice } from './learning-choice.ts'
import { readStanding, readVectors, type LearningStanding, type Vectors } from './learning-standing.ts'
import { learnVersion, versionName } from './learn-version.ts'
import { activeVersion, toLearntModel } from './version-info.ts'
import { correctionsNeeded, firstAt } from './when-to-learn.ts'

export type LearnerParts = Pick<WorkbenchContext, 'compute' | 'jobs' | 'changes' | 'clock' | 'appVersion'>

/** Corrections come in bursts: a head is learnt when the hand rests this long. */
const usualRestMs = 4000
/** What changed is told at most this often. */
const tellEveryMs = 150

interface Running {
  readonly controller: AbortController
  /** Newest label that it sees. */
  readonly lastLabelId: number
  readonly ended: Promise<void>
}

/** A training that did not come to its end, and why; null where somebody cancelled it. */
interface Setback {
  readonly problem: AppErrorData | null
  /** Newest label then, and what there was to learn on. */
  readonly lastLabelId: number
  readonly modality: string | null
}

/**
 * Learns heads from the corrections of the open project, one at a time, in the background. It does so by itself only while somebody
 * watches; versions are kept in the project and survive a restart.
 */
export class Learner {
  readonly #parts: LearnerParts
  readonly #restMs: number
  readonly #watchers = new Set<() => void>()
  #project: OpenProject | null = null
  #listening: AbortController | null = null
  #running: Running | null = null
  #setback: Setback | null = null
  #standing: LearningStanding | null = null
  #vectors: Vectors | null = null
  #restTimer: NodeJS.Timeout | null = null
  #tellTimer: NodeJS.Timeout | null = null

  constructor(parts: LearnerParts, restMs = usualRestMs) {
    this.#parts = parts
    this.#restMs = restMs
  }

  open(project: OpenProject): void {
    this.#project = project
    this.#standing = null
    this.#vectors = null
    this.#setback = null
    this.#listening = new AbortController()
    void this.#listen(this.#listening.signal)
    this.#changed()
  }

  /** Cancels what is being learnt and waits until it rests; the project may be closed then. */
  async close(): Promise<void> {
    this.#project = null
    this.#listening?.abort()
    for (const timer of [this.#restTimer, this.#tellTimer]) if (timer !== null) clearTimeout(timer)
    ;[this.#restTimer, this.#tellTimer] = [null, null]
    await this.#cancel()
    this.#tell()
  }

  watch(signal: AbortSignal): AsyncGenerator<LearningState, void> {
    const states = watchLatest(() => this.state(), this.#watchers, signal)
    this.#rest()
    return states
  }

  state(): LearningState {
    const standing = this.#project && this.#stand(this.#project)
    const choice = standing?.choice ?? plainChoice
    const versions = standing?.versions ?? []
    const problem = this.#setback?.problem ?? standing?.problem ?? null
    return {
      enabled: choice.enabled,
      state: this.#stateName(standing, problem),
      modality: standing?.chosen?.name ?? null,
      weakVectors: standing?.chosen?.isWeak ?? false,
      corrected: standing?.corrected ?? 0,
      needed: standing?.needed ?? firstAt,
      problem,
      models: versions.map(toLearntModel),
      activeId: activeVersion(versions, choice.pinnedId)?.id ?? null,
    }
  }

  /** Throws AppError `learning.no-vectors`, `learning.modality-unknown`. */
  async configure(project: OpenProject, enabled: boolean, modality: string | null): Promise<void> {
    const usual = modality === null ? null : chooseModalities(project.store, null).name
    const asked = modality === usual ? null : modality
    if (asked !== null) chooseModalities(project.store, asked)
    changeChoice(project.store, { enabled, modality: asked })
    this.#vectors = null
    if (!enabled) await this.#cancel()
    this.#setback = null
    this.#changed()
  }

  /** Throws AppError `learning.version-unknown`. */
  activate(project: OpenProject, learntId: number): void {
    const versions = listLearnt(project.store)
    if (versions.every(({ id }) => id !== learntId)) {
      throw new AppError('learning.version-unknown', `There is no learnt version ${learntId} in this project.`, {
        learntId,
      })
    }
    changeChoice(project.store, { pinnedId: versions[0]?.id === learntId ? null : learntId })
    this.#changed()
  }

  /** Learns from the corrections of now, in place of what is being learnt. Throws AppError `learning.*`, `job.cancelled`. */
  async learnNow(project: OpenProject, signal: AbortSignal): Promise<void> {
    changeChoice(project.store, { pinnedId: null })
    // By itself it learns with the near duplicates that are known: the folder's watch looks for them meanwhile.
    await photosCompared(this.#parts, project, signal)
    const onAbort = (): void => this.#running?.controller.abort()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const error = await this.#start(project)
      if (error) throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #stateName(standing: LearningStanding | null, problem: AppErrorData | null): LearningState['state'] {
    if (this.#running) return 'training'
    if (!standing?.choice.enabled) return 'off'
    if (problem) return 'blocked'
    return standing.versions.length > 0 ? 'ready' : 'waiting'
  }

  #stand(project: OpenProject): LearningStanding {
    this.#vectors ??= readVectors(project)
    return (this.#standing ??= readStanding(project, this.#vectors))
  }

  async #listen(signal: AbortSignal): Promise<void> {
    for await (const { topics } of this.#parts.changes.follow(signal)) {
      // Counting who has which vectors takes long in a large project, and no label changes it.
      if (topics.some((topic) => topic !== 'labels')) this.#vectors = null
      if (topics.some((topic) => topicsThatMatter.includes(topic))) this.#changed()
    }
  }

  /** Something that learning rests on is different now. */
  #changed(): void {
    this.#standing = null
    if (this.#tellTimer === null) {
      this.#tellTimer = setTimeout(() => {
        this.#tellTimer = null
        this.#tell()
      }, tellEveryMs).unref()
    }
    this.#rest()
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** Looks whether there is something to learn once nothing has changed for a while. */
  #rest(): void {
    if (this.#restTimer !== null) clearTimeout(this.#restTimer)
    this.#restTimer = setTimeout(() => {
      this.#restTimer = null
      if (this.#project !== null && this.#watchers.size > 0) void this.#learnIfDue(this.#project)
    }, this.#restMs).unref()
  }

  async #learnIfDue(project: OpenProject): Promise<void> {
    const { choice, versions, chosen, corrected, needed } = this.#stand(project)
    if (!choice.enabled || chosen === null || corrected < firstAt) return
    const running = this.#running
    if (running) {
      // Only where a whole step of corrections came since: else a hand that never rests long would never see a head.
      const { fresh } = countCorrections(project.store, running.lastLabelId)
      if (correctionsNeeded({ corrected, fresh, learntFrom: corrected - fresh }) > 0) return
    } else if (this.#setback) {
      if (!this.#isWorthAnotherTry(project, this.#setback, chosen)) return
    } else if (needed > 0 && !isOutgrown(versions[0], choice, chosen)) return
    await this.#start(project)
  }

  /** What was wrong with the labels or features may have been mended; anything else waits for more corrections. */
  #isWorthAnotherTry(
    { store }: OpenProject,
    { problem, lastLabelId, modality }: Setback,
    chosen: ChosenModalities,
  ): boolean {
    if (modality !== chosen.name) return true
    const { corrected, fresh } = countCorrections(store, lastLabelId)
    if (problem?.code.startsWith('learning.')) return fresh > 0
    return correctionsNeeded({ corrected, fresh, learntFrom: corrected - fresh }) === 0
  }

  async #cancel(): Promise<void> {
    while (this.#running) {
      this.#running.controller.abort()
      await this.#running.ended
    }
  }

  /** In place of what is being learnt. Answers with why it did not come to its end. */
  async #start(project: OpenProject): Promise<AppError | null> {
    await this.#cancel()
    // Nothing waits between the look and the start: of two that were asked for at once, the later one is learnt.
    if (this.#running) return this.#start(project)
    // Closed while it waited.
    if (this.#project !== project) return cancelled()
    const controller = new AbortController()
    const lastLabelId = newestLabel(project.store)
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    this.#running = { controller, lastLabelId, ended }
    this.#changed()
    return this.#learn(project, lastLabelId, controller.signal).finally(() => {
      this.#running = null
      end()
      if (this.#project === project) this.#changed()
    })
  }

  async #learn(project: OpenProject, lastLabelId: number, signal: AbortSignal): Promise<AppError | null> {
    const { store } = project
    let chosen: ChosenModalities | null = null
    try {
      chosen = chooseModalities(store, readChoice(store).modality)
      const classes = listClasses(store)
      const absolute = (file: string): string => projectFile(project, file)
      const examples = await gatherExamples({ store, chosen, classes, absolute, signal })
      const options = { project, parts: this.#parts, chosen, examples, classes, lastLabelId }
      await this.#parts.jobs.run('learn', versionName(examples), (job) => learnVersion(options, job), { signal })
      await removeOldVersions(project)
      this.#setback = null
      this.#parts.changes.publish(['models', 'runs'])
      return null
    } catch (thrown) {
      const error = toAppError(thrown)
      // Who aborts it here has something newer in mind; whoever else cancels it does not want it for now.
      if (!signal.aborted) {
        const problem = error.code === 'job.cancelled' ? null : error.toJSON()
        this.#setback = { problem, lastLabelId, modality: chosen?.name ?? null }
      }
      return error
    }
  }
}

const topicsThatMatter: readonly Change['topics'][number][] = ['project', 'students', 'labels', 'models', 'runs']

/** Whether there are other vectors to learn on than the newest version learnt on. */
const isOutgrown = (newest: LearntRow | undefined, { modality }: LearningChoice, chosen: ChosenModalities): boolean =>
  newest !== undefined && modality === null && newest.figures.modality !== chosen.name
