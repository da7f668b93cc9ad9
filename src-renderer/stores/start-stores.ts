import { setActivePinia, type Pinia } from 'pinia'
import type { Bridge } from '../bridge/bridge.ts'
import { useJobs } from './jobs.ts'
import { useLearning } from './learning.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useEdits } from './edits.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'

/** Wires the stores to the workbench; `onUncaught` receives the place where errors that nobody caught are shown. */
export async function startStores(
  pinia: Pinia,
  bridge: Bridge,
  onUncaught: (report: (error: unknown) => void) => void,
): Promise<void> {
  setActivePinia(pinia)
  const notices = useNotices()
  const session = useSession()
  const settings = useSettings()
  onUncaught((error) => notices.report(error))
  session.onConnected(() => notices.guard(() => settings.load()))
  useProject().follow()
  useJobs().follow()
  useRuns()
  useEdits()
  useLearning().follow()
  await session.start(bridge)
}
