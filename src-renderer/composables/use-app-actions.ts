import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { HostCommand } from '#shared/contract/host.ts'
import { useActionRegistry } from '../stores/actions.ts'
import { useSceneStudents } from '../components/extraction/use-scene-students.ts'
import { useDetection } from '../stores/detection.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useEdits } from '../stores/edits.ts'
import { followStream } from '../stores/follow-stream.ts'
import { useNotices } from '../stores/notices.ts'
import { useProject } from '../stores/project.ts'
import { useRuns } from '../stores/runs.ts'
import { useActions } from './actions/use-actions.ts'
import { useOpenProject } from './use-open-project.ts'
import { useProjectUpkeep } from './use-project-upkeep.ts'
import { useRunFolder } from './use-run-folder.ts'
import { useTheme } from './use-theme.ts'

/** Handlers of the actions that live everywhere, and of the commands that the host's menu sends. */
export function useAppActions(): void {
  const { t } = useI18n()
  const router = useRouter()
  const project = useProject()
  const runs = useRuns()
  const edits = useEdits()
  const dialogs = useDialogs()
  const notices = useNotices()
  const registry = useActionRegistry()
  const opening = useOpenProject()
  const upkeep = useProjectUpkeep()
  const runFolder = useRunFolder()
  const detection = useDetection()
  const students = useSceneStudents()
  const { toggle } = useTheme()
  const hasProject = () => project.summary !== null
  const go = (name: string) => () => router.push({ name })
  const inProject = (run: () => unknown) => ({ run, when: hasProject })

  async function findAllStudents(): Promise<void> {
    await router.push({ name: 'label' })
    await detection.findAll()
  }

  async function runOnAll(): Promise<void> {
    const model = runs.modelOf(runs.runA)
    if (!model) return void router.push({ name: 'models' })
    const run = await notices.guard(() => runs.predict(model.id))
    if (run) notices.add('success', t('models.ranOn', { name: run.name, count: run.students }))
  }

  useActions({
    'project.open-photos': opening.openPhotos,
    'project.open': opening.openProject,
    'project.import': opening.importRafnet,
    'project.sample': opening.openSample,
    'project.import-split': inProject(upkeep.importSplit),
    'project.rescan': { run: upkeep.rescan, when: () => project.summary?.photoRoot != null },
    'project.duplicates': inProject(() => (dialogs.duplicates = true)),
    'project.places': inProject(() => (dialogs.places = true)),
    'project.relink': inProject(upkeep.relink),
    'project.close': inProject(async () => {
      await notices.guard(() => project.close())
      await router.push({ name: 'start' })
    }),
    'go.start': go('start'),
    'go.label': inProject(go('label')),
    'go.review': inProject(go('review')),
    'go.analyse': inProject(go('analyse')),
    'go.models': inProject(go('models')),
    'go.train': inProject(go('train')),
    'go.reports': inProject(go('reports')),
    'go.settings': go('settings'),
    'edit.undo': { run: edits.undo, when: () => hasProject() && edits.history.undo !== null },
    'edit.redo': { run: edits.redo, when: () => hasProject() && edits.history.redo !== null },
    'model.run-all': inProject(runOnAll),
    'model.add': inProject(async () => {
      await router.push({ name: 'models' })
      dialogs.addingModel = { file: null }
    }),
    'model.add-folder': inProject(runFolder.add),
    'students.find-all': { run: findAllStudents, when: () => (project.summary?.scenes ?? 0) > 0 && !detection.busy },
    'students.discard': inProject(() => students.discard(null)),
    'features.make': inProject(() => (dialogs.makingFeatures = { weightsId: null, sceneIds: null })),
    'rafnet.run': inProject(() => (dialogs.runningRafnet = true)),
    'weights.show': inProject(() => router.push({ name: 'models', query: { tab: 'weights' } })),
    'report.write': inProject(() => router.push({ name: 'reports', query: { tab: 'report' } })),
    'export.features': inProject(() => router.push({ name: 'reports', query: { tab: 'export' } })),
    'help.palette': () => (dialogs.palette = !dialogs.palette),
    'help.shortcuts': () => (dialogs.shortcuts = true),
    'help.theme': toggle,
  })

  function obey(command: HostCommand): void {
    if (command.kind === 'action') registry.run(command.action)
    else void opening.openPaths(command.paths)
  }
  followStream((client) => client.host.commands({}), obey)
  followStream((client) => client.exchange.photoNews({}), upkeep.tellNews)
}
