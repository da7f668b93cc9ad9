// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { Job } from '#shared/contract/jobs.ts'
import { projectSummary, runInfo, type FakeWorkbench } from '../../support/fake-workbench.ts'
import { settled, startRenderer, stores } from '../../support/renderer.ts'

afterEach(() => vi.useRealTimers())
const label = { kind: 'label', studentId: 1, classIndex: 2, source: 'person' } as const
const waitFor = (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), 5000)

describe('session', () => {
  test('knows its host and its project once connected', async () => {
    await startRenderer()
    expect(stores.session.connection).toBe('open')
    expect(stores.session.host?.home).toBe('/home/teacher')
    expect(stores.project.summary).toEqual(projectSummary)
  })

  test('connects again when the channel closes, and follows the streams again', async () => {
    const { workbench } = await startRenderer()
    workbench.cut()
    expect(stores.session.connection).toBe('lost')
    expect(() => stores.session.api()).toThrow(AppError)
    await waitFor(() => stores.session.connection === 'open')
    await settled()
    const before = stores.project.revisions.labels
    workbench.change(['labels'])
    await settled()
    expect(stores.project.revisions.labels).toBe(before + 1)
    expect(workbench.connections()).toBe(2)
  })

  test('a host that is not there yet is tried until it is', async () => {
    let attempts = 0
    await startRenderer({}, (workbench) => {
      const working = { ...workbench.bridge }
      Object.assign(workbench.bridge, {
        connect: () =>
          ++attempts < 3 ? Promise.reject(new AppError('rpc.unreachable', 'Nobody there.')) : working.connect(),
      })
    })
    expect(attempts).toBe(3)
    expect(stores.session.connection).toBe('open')
    expect(stores.notices.notices).toEqual([])
  })
})

describe('settings', () => {
  test('several changes are saved together, and are in force before that', async () => {
    const { workbench } = await startRenderer()
    const settings = stores.settings
    settings.patch({ theme: 'dark' })
    settings.patch({ annotator: 'Ms Li' })
    settings.patchView('analyse', { sort: 'accuracy' })
    expect(settings.settings.theme).toBe('dark')
    await settings.flush()
    expect(workbench.state.calls.filter((call) => call.name === 'settings.set')).toEqual([
      { name: 'settings.set', input: { theme: 'dark', annotator: 'Ms Li', view: { analyse: { sort: 'accuracy' } } } },
    ])
  })

  test('a failed save is told and tried again with the next change', async () => {
    let fails = true
    const { workbench } = await startRenderer({
      settings: {
        set: (change) => {
          if (fails) throw new AppError('settings.read-only', 'settings.json cannot be written.')
          return { ...workbench.state.settings, ...(change as object) }
        },
      },
    })
    const settings = stores.settings
    settings.patch({ theme: 'dark' })
    await settings.flush()
    expect(stores.notices.notices.map((one) => one.code)).toEqual(['settings.read-only'])
    fails = false
    settings.patch({ annotator: 'Ms Li' })
    await settings.flush()
    expect(workbench.state.calls.at(-1)?.input).toEqual({ theme: 'dark', annotator: 'Ms Li' })
  })
})

describe('project', () => {
  test('counts what changed, topic by topic', async () => {
    const { workbench } = await startRenderer()
    const project = stores.project
    const before = { ...project.revisions }
    workbench.change(['labels', 'scenes'])
    workbench.change(['labels'])
    await settled()
    expect(project.revisions.labels).toBe(before.labels + 2)
    expect(project.revisions.scenes).toBe(before.scenes + 1)
    expect(project.revisions.models).toBe(before.models)
  })

  test('another project makes everything stale', async () => {
    await startRenderer()
    const project = stores.project
    const before = { ...project.revisions }
    await project.open('/data/other.lectern')
    for (const [topic, count] of Object.entries(before)) {
      expect(project.revisions[topic as keyof typeof before], topic).toBeGreaterThan(count)
    }
  })

  test('closing leaves no project and no complaints, and the recent ones are asked for again', async () => {
    let running: FakeWorkbench | null = null
    const { workbench } = await startRenderer(
      {
        edits: {
          state: () => {
            if (!running?.state.project) throw new AppError('project.none-open', 'No project is open.')
            return running.state.history
          },
        },
        project: {
          close: () => {
            running!.state.project = null
            running!.change(['project', 'scenes', 'labels'])
            return null
          },
        },
      },
      (started) => (running = started),
    )
    await stores.project.close()
    await settled()
    expect(stores.project.summary).toBeNull()
    expect(stores.notices.notices).toEqual([])
    expect(workbench.state.calls.filter((call) => call.name === 'project.recent')).toHaveLength(2)
  })
})

describe('edits', () => {
  test('one call is one step, by the annotator of the settings', async () => {
    const { workbench } = await startRenderer(
      {},
      ({ state }) => (state.settings = { ...state.settings, annotator: 'Ms Li' }),
    )
    const edits = stores.edits
    const step = await edits.apply([label, { ...label, studentId: 2 }])
    expect(step?.kinds).toEqual({ label: 1 })
    expect(workbench.state.calls.filter((call) => call.name === 'edits.apply').map((call) => call.input)).toEqual([
      { edits: [label, { ...label, studentId: 2 }], annotator: 'Ms Li' },
    ])
    expect(edits.history.undo).not.toBeNull()
    expect(edits.lastEvent?.how).toBe('apply')
  })

  test('the indicator goes from saved over saving to saved', async () => {
    await startRenderer()
    const edits = stores.edits
    expect(edits.saving).toBe('saved')
    const applied = edits.apply([label])
    expect(edits.saving).toBe('saving')
    await applied
    expect(edits.saving).toBe('saved')
  })

  test('a failure stays visible until a change is saved again', async () => {
    let fails = true
    await startRenderer({
      edits: {
        apply: () => {
          if (fails) throw new AppError('store.disk-full', 'The disk is full.')
          return { id: 1, kinds: { label: 1 }, sceneIds: [1], studentIds: [1] }
        },
      },
    })
    const edits = stores.edits
    expect(await edits.apply([label])).toBeNull()
    expect(edits.saving).toBe('failed')
    expect(edits.failure?.code).toBe('store.disk-full')
    expect(stores.notices.notices.map((one) => one.kind)).toEqual(['error'])
    fails = false
    await edits.apply([label])
    expect(edits.saving).toBe('saved')
  })

  test('undo and redo report their step', async () => {
    await startRenderer()
    const edits = stores.edits
    await edits.apply([label])
    await edits.undo()
    expect([edits.lastEvent?.how, edits.history.undo, edits.history.redo !== null]).toEqual(['undo', null, true])
    await edits.redo()
    expect([edits.lastEvent?.how, edits.history.redo]).toEqual(['redo', null])
  })
})

describe('runs', () => {
  test('the newest run is shown until another is chosen, per project, across restarts', async () => {
    const { workbench } = await startRenderer({}, ({ state }) => (state.runs = [runInfo(1), runInfo(3), runInfo(2)]))
    const runs = stores.runs
    await runs.load()
    expect(runs.runs.map((run) => run.id)).toEqual([3, 2, 1])
    expect(runs.runA?.id).toBe(3)
    runs.choose({ a: 1, b: 2 })
    expect([runs.runA?.id, runs.runB?.id]).toEqual([1, 2])
    await stores.settings.flush()
    expect(workbench.state.settings.view[`runs:${projectSummary.folder}`]).toEqual({ a: 1, b: 2 })
  })

  test('a run that is gone is not chosen any more, and A is never compared with itself', async () => {
    await startRenderer({}, ({ state }) => {
      state.runs = [runInfo(1)]
      state.settings = { ...state.settings, view: { [`runs:${projectSummary.folder}`]: { a: 9, b: 1 } } }
    })
    const runs = stores.runs
    await runs.load()
    expect([runs.runA?.id, runs.runB]).toEqual([1, null])
  })

  test('nonsense in the settings is no choice', async () => {
    await startRenderer({}, ({ state }) => {
      state.runs = [runInfo(1)]
      state.settings = { ...state.settings, view: { [`runs:${projectSummary.folder}`]: 'a' } }
    })
    const runs = stores.runs
    await runs.load()
    expect(runs.runA?.id).toBe(1)
  })

  test('a prediction runs on the chosen device and is looked at', async () => {
    const { workbench } = await startRenderer({}, ({ state }) => {
      state.runs = [runInfo(1)]
      state.settings = { ...state.settings, device: 'cpu' }
    })
    await stores.runs.load()
    await stores.runs.predict(1)
    expect(workbench.state.calls.find((call) => call.name === 'models.predict')?.input).toMatchObject({ device: 'cpu' })
    expect(stores.runs.runA?.id).toBe(2)
  })
})

describe('notices', () => {
  test('errors stay, the same error is counted, cancellations are none', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    vi.useRealTimers()
    await startRenderer()
    const notices = stores.notices
    notices.report(new AppError('pickle.truncated', 'The file ends early.'))
    notices.report(new AppError('pickle.truncated', 'The file ends early.'))
    notices.report(new AppError('job.cancelled', 'The work was cancelled.'))
    expect(notices.notices.map(({ code, times }) => ({ code, times }))).toEqual([
      { code: 'pickle.truncated', times: 2 },
    ])
  })

  test('good news goes by itself, an error does not', () => {
    vi.useFakeTimers()
    const notices = stores.notices
    notices.notices = []
    notices.add('success', 'Written.')
    notices.add('error', 'Not written.')
    vi.advanceTimersByTime(60_000)
    expect(notices.notices.map((one) => one.message)).toEqual(['Not written.'])
  })

  test('anything thrown becomes an error with a code', async () => {
    await startRenderer()
    const answer = await stores.notices.guard(() => Promise.reject(new TypeError('x is not a function')))
    expect(answer).toBeUndefined()
    expect(stores.notices.notices[0]?.code).toBe('internal.unexpected')
  })
})

describe('questions', () => {
  test('a new question answers the old one with no', async () => {
    await startRenderer()
    const confirm = stores.confirm
    const first = confirm.ask({ title: 'a', message: '', confirm: 'Delete' })
    const second = confirm.ask({ title: 'b', message: '', confirm: 'Delete' })
    confirm.reply(true)
    expect(await first).toBe(false)
    expect(await second).toBe(true)
    expect(confirm.question).toBeNull()
  })
})

describe('picker', () => {
  test('asks the system where it has dialogs', async () => {
    const asked: unknown[] = []
    await startRenderer({
      host: {
        info: () => ({
          kind: 'electron',
          appVersion: '1',
          platform: 'linux',
          locale: 'en',
          nativeDialogs: true,
          home: '/',
        }),
        pick: (input) => {
          asked.push(input)
          return '/data/features.pkl'
        },
      },
    })
    const path = await stores.picker.pick({ purpose: 'open-file', title: 'Feature pickle', extensions: ['pkl'] })
    expect(path).toBe('/data/features.pkl')
    expect(asked).toEqual([{ purpose: 'open-file', title: 'Feature pickle', extensions: ['pkl'], suggestedName: null }])
  })

  test('asks in the page elsewhere, and remembers six folders, newest first', async () => {
    await startRenderer()
    const picker = stores.picker
    const answer = picker.pick({ purpose: 'open-folder', title: 'Photos' })
    await settled()
    expect(picker.request?.title).toBe('Photos')
    picker.answer('/data')
    expect(await answer).toBe('/data')
    for (const name of 'abcdefgb') picker.remember(`/${name}`)
    expect(picker.recentFolders()).toEqual(['/b', '/g', '/f', '/e', '/d', '/c'])
  })
})

describe('jobs', () => {
  test('mirror the workbench', async () => {
    const { workbench } = await startRenderer()
    const job: Job = {
      id: 1,
      kind: 'import',
      subject: 'features.pkl',
      state: 'running',
      done: 1,
      total: 2,
      startedAt: '2026-01-01T08:00:00.000Z',
      endedAt: null,
      cancellable: true,
      error: null,
    }
    workbench.showJobs([job, { ...job, id: 2, state: 'done' }])
    await settled()
    expect(stores.jobs.jobs).toHaveLength(2)
    expect(stores.jobs.running.map((one) => one.id)).toEqual([1])
  })
})
