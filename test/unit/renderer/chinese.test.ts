// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ScanSummary } from '#shared/contract/exchange.ts'
import { absentLibrary } from '#main/compute/sessions/provider-library.ts'
import { refusedFormat } from '#main/exchange/photos/refused-formats.ts'
import ImportResult from '../../../src-renderer/components/exchange/ImportResult.vue'
import FindStudentsBanner from '../../../src-renderer/components/extraction/FindStudentsBanner.vue'
import LearningPanel from '../../../src-renderer/components/learning/LearningPanel.vue'
import Tip from '../../../src-renderer/components/ui/Tip.vue'
import { i18n } from '../../../src-renderer/i18n.ts'
import ProviderCard from '../../../src-renderer/views/models/ProviderCard.vue'
import ResultFolderCard from '../../../src-renderer/views/models/ResultFolderCard.vue'
import RunTable from '../../../src-renderer/views/models/RunTable.vue'
import { projectSummary, runInfo } from '../../support/fake-workbench.ts'
import { learningState } from '../../support/learning.ts'
import { settled, startRenderer, stores } from '../../support/renderer.ts'
import { nanodet } from '../../support/weights.ts'

let mounted: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'zh-CN'))
afterEach(() => {
  mounted?.unmount()
  i18n.global.locale.value = 'en'
  document.body.innerHTML = ''
})

/** Two English words in a row: names of files, keys and units are none. */
const english = /[a-z]{3,} [a-z]{2,}/i

describe('the Chinese interface says in Chinese', () => {
  test('what was refused of a folder, and why', async () => {
    const heic = refusedFormat('.heic')!
    const scan: ScanSummary = {
      folder: '/photos',
      found: 2,
      added: 2,
      moved: 0,
      missing: 0,
      refused: [
        { file: 'a.heic', reason: heic },
        {
          file: 'b.jpg',
          reason:
            'cannot be read as a photo: it is no JPEG, PNG, WebP, AVIF, BMP or TIFF picture but a PDF. Replace the file, or convert it to JPEG.',
        },
      ],
      exactDuplicates: 0,
      findings: [
        { code: 'photo-format', severity: 'warning', count: 1, examples: [`a.heic: ${heic}`], message: 'One photo.' },
      ],
    }
    const { show } = await startRenderer()
    const wrapper = (mounted = show(ImportResult, { summary: null, scan }))
    expect(wrapper.text()).toContain(
      'b.jpg 无法作为照片读取：不是 JPEG、PNG、WebP、AVIF、BMP 或 TIFF 图片，而是 PDF 文档',
    )
    expect(wrapper.text()).toContain('a.heic: 无法读取 HEIC 图片')
    expect(wrapper.text()).not.toMatch(english)
  })

  test('how to get a provider; the copied command stays a command', async () => {
    const absent = absentLibrary('cuda', '/nowhere')!
    const figures = { maxRelativeDifference: null, msPerStudent: null, studentsPerSecond: null }
    const cuda = { provider: 'cuda', available: true, runs: false, ...absent, ...figures }
    const panel = { chosen: 'cpu', reports: [cuda], runtimeVersion: '1.30.0', warmUpRuns: 5, timedRuns: 20 }
    const { show } = await startRenderer({ models: { providers: () => panel } })
    const wrapper = (mounted = show(ProviderCard))
    await stores.runs.probe()
    await settled()
    expect(wrapper.get('code').text()).toMatch(/^请在 Lectern 的文件夹中运行：node /)
  })

  test('why a stored run took its provider', async () => {
    const run = {
      ...runInfo(1),
      providerReason: `CUDA does not run here: ${absentLibrary('cuda', '/nowhere')!.reason}`,
    }
    const { show } = await startRenderer({}, ({ state }) => (state.runs = [run]))
    const wrapper = (mounted = show(RunTable, { runs: [run] }))
    const told = wrapper.findAllComponents(Tip).map((one) => (one.props() as { readonly text: string }).text)
    expect(told.join()).toContain('CUDA 在本机无法运行：缺少 libonnxruntime_providers_cuda.so')
    expect(told.join()).not.toMatch(english)
  })

  test('why files of a result folder do not count', async () => {
    const problems = [
      { file: '/results/seed_41/results.json', reason: 'it is no JSON, or was cut off' },
      { file: '/results/b.json', reason: 'it cannot be read (EACCES)' },
    ]
    const { show } = await startRenderer({
      evaluation: { resultFolder: ({ folder }) => ({ folder, models: [], problems }) },
    })
    const wrapper = (mounted = show(ResultFolderCard))
    await wrapper.get('button').trigger('click')
    await settled(4)
    stores.picker.answer('/results')
    await settled()
    expect(wrapper.text()).toContain('不是 JSON，或不完整')
    expect(wrapper.text()).toContain('无法读取（EACCES）')
    expect(wrapper.text()).not.toMatch(english)
  })

  test('what a detector of one’s own lacks', async () => {
    const problem = { code: 'weights.file-missing', message: 'It is gone.', details: { file: '/models/yolo.onnx' } }
    const { show } = await startRenderer(
      { extraction: { weights: () => [{ ...nanodet, builtIn: false, problem }] } },
      ({ state }) => (state.project = { ...projectSummary, scenes: 3, students: 0, modalities: [] }),
    )
    const wrapper = (mounted = show(FindStudentsBanner))
    await settled()
    expect(wrapper.text()).toContain('/models/yolo.onnx 已不在原处或无法读取')
  })

  test('what learning waits for, with the class by its Chinese name', async () => {
    const problem = {
      code: 'learning.one-class',
      message: 'Nearly all 30 labelled students are Listening.',
      details: { students: 30, class: 'Listening' },
    }
    const { show, workbench } = await startRenderer()
    const wrapper = (mounted = show(LearningPanel))
    workbench.showLearning(learningState({ state: 'blocked', problem }))
    await settled()
    expect(wrapper.get('[data-testid="learning-now"]').text()).toBe(
      '30 名已标注的学生几乎都是“听讲”，没有可区分的内容。请标注其他类别的学生。',
    )
  })
})
