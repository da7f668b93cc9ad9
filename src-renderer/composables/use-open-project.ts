import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useDialogs } from '../stores/dialogs.ts'
import { useNotices } from '../stores/notices.ts'
import { usePicker } from '../stores/picker.ts'
import { useProject } from '../stores/project.ts'
import { useSession } from '../stores/session.ts'

/** The ways into a project, each ending in the Label view. */
export function useOpenProject() {
  const { t } = useI18n()
  const router = useRouter()
  const project = useProject()
  const notices = useNotices()
  const picker = usePicker()
  const dialogs = useDialogs()
  const session = useSession()

  async function openFolder(folder: string): Promise<void> {
    const opened = await notices.guard(() => project.open(folder))
    if (opened) await router.push({ name: 'label' })
  }

  async function openProject(): Promise<void> {
    const folder = await picker.pick({ purpose: 'open-folder', title: t('start.openProject'), wants: 'project' })
    if (folder) await openFolder(folder)
  }

  async function openPhotos(): Promise<void> {
    const photos = await picker.pick({ purpose: 'open-folder', title: t('start.openPhotos') })
    if (photos) dialogs.importing = { mode: 'photos', photos }
  }

  function importRafnet(): void {
    dialogs.importing = { mode: 'rafnet' }
  }

  async function openSample(): Promise<void> {
    const opened = await notices.guard(() => project.openSample())
    if (opened) await router.push({ name: 'label' })
  }

  /** Where weights are listed or asked for, every file that is dropped is meant for them. */
  function showsWeights(): boolean {
    const { name, query } = router.currentRoute.value
    return dialogs.runningRafnet || (name === 'models' && query['tab'] === 'weights')
  }

  /** Files and folders that were dropped on the window or handed over by the host's menu. */
  async function openPaths(paths: readonly string[]): Promise<void> {
    if (showsWeights()) return void (dialogs.addingWeights = { files: paths })
    const ending = (...endings: readonly string[]) =>
      paths.find((path) => endings.some((one) => path.toLowerCase().endsWith(one)))
    const projectFolder = ending('.lectern')
    if (projectFolder) return openFolder(projectFolder)
    const weights = ending('.safetensors', '.pth.tar')
    if (weights) return void (dialogs.addingWeights = { files: [weights] })
    const features = ending('.pkl', '.pickle')
    if (features) return void (dialogs.importing = { mode: 'rafnet', features })
    const model = ending('.pth', '.pt', '.onnx')
    if (model) return openModel(model)
    const folder = paths[0]
    if (!folder) return
    const listing = await notices.guard(() => session.api().host.listFolder({ folder }))
    if (listing) dialogs.importing = { mode: 'photos', photos: listing.folder }
  }

  function openModel(file: string): void {
    if (!project.summary) return void notices.add('warning', t('drop.modelNeedsProject'))
    dialogs.addingModel = { file }
    void router.push({ name: 'models' })
  }

  return { openFolder, openProject, openPhotos, importRafnet, openSample, openPaths, showsWeights }
}
