import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { LabelSource } from '#shared/domain/label.ts'
import type { SeatDirection } from '#shared/domain/seat-order.ts'
import type { Box } from '#shared/geometry/box.ts'
import { moveBox, resizeBox } from '#shared/geometry/box-editing.ts'
import { minimumBoxPx, type HandEffect } from '../../canvas/hand.ts'
import { predictionOf } from '../../canvas/show-students.ts'
import { useActionRegistry } from '../../stores/actions.ts'
import { useLabelScene } from '../../stores/label-scene.ts'
import { useNotices } from '../../stores/notices.ts'
import { useRuns } from '../../stores/runs.ts'
import { useSceneList } from '../../stores/scene-list.ts'
import { acceptance, boxAtCentre, groundSize, studentAcross, studentBeside } from './decisions.ts'
import { useSceneRun } from './use-scene-run.ts'
import type { Workspace } from './workspace.ts'

export type LabelCommands = ReturnType<typeof useLabelCommands>

/** What hands and keys can do to the shown scene. Every command takes the selection as it is at this moment. */
export function useLabelCommands(workspace: Workspace, walk: (by: 1 | -1, unreviewed?: boolean) => Promise<void>) {
  const { t } = useI18n()
  const scene = useLabelScene()
  const list = useSceneList()
  const runs = useRuns()
  const notices = useNotices()
  const registry = useActionRegistry()
  const { camera, tool } = workspace
  const { running, runError, runScene } = useSceneRun()
  const runId = computed(() => scene.run?.id ?? null)
  const photoSize = computed(() => groundSize(scene.scene ?? { widthPx: 0, heightPx: 0 }, scene.students))

  function choose(id: number | null, how: 'set' | 'extend' = 'set'): void {
    if (id === null) return
    scene.select([id], how)
    const student = scene.byId.get(id)
    if (student) camera.reveal(student.box)
  }

  const step = (by: 1 | -1) => choose(studentBeside(scene.students, scene.primary?.id ?? null, by, true))
  const advance = () => choose(studentBeside(scene.students, scene.primary?.id ?? null, 1, false))

  /** The neighbouring seat, alone or, as a marquee does for the mouse, beside what is selected already. */
  function seat(direction: SeatDirection, extending = false): void {
    const from = scene.primary
    const to = from ? studentAcross(scene.students, from.id, direction) : (scene.students[0]?.id ?? null)
    choose(to, extending ? 'extend' : 'set')
  }

  function label(ids: readonly number[], classIndex: number, source: Exclude<LabelSource, 'imported' | 'withdrawn'>) {
    const known = ids.filter((id) => scene.byId.has(id))
    return scene.write(known.map((studentId) => ({ kind: 'label', studentId, classIndex, source })))
  }

  /** A single student's class leads on to the next seat; a whole selection keeps. */
  function setClass(classIndex: number, goesOn = true): void {
    const ids = scene.selection
    if (ids.length === 0) return
    void label(ids, classIndex, 'person')
    if (goesOn && ids.length === 1) advance()
  }

  /** Takes the predictions of everybody selected; one alone leads on. */
  function accept(): void {
    const edits = scene.selected.flatMap((student) => {
      const prediction = predictionOf(student, runId.value)
      if (!prediction) return []
      const { classIndex } = prediction
      return [{ kind: 'label', studentId: student.id, classIndex, source: 'accepted' } as const]
    })
    if (edits.length === 0) return void notices.add('info', t('label.nothingToAccept'))
    const single = scene.selection.length === 1
    void scene.write(edits)
    if (single) advance()
  }

  async function acceptScene(): Promise<void> {
    const { edits, changed, kept, withoutPrediction } = acceptance(scene.students, runId.value)
    if (edits.length === 0) return void notices.add('info', t('label.nothingToAccept'))
    if (!(await scene.write(edits))) return
    const said = [t('label.acceptedAll', { count: edits.length }, edits.length)]
    if (changed > 0) said.push(t('label.acceptedChanged', { count: changed }, changed))
    if (kept > 0) said.push(t('label.acceptedKept', { count: kept }, kept))
    if (withoutPrediction > 0) said.push(t('label.acceptedWithout', { count: withoutPrediction }, withoutPrediction))
    notices.add('success', said.join(' '), {
      action: { label: t('actions.edit.undo'), run: () => registry.run('edit.undo') },
    })
  }

  function remove(): void {
    const ids = scene.selection
    const next = ids.length === 1 ? studentBeside(scene.students, ids[0]!, 1, false) : null
    void scene.write(ids.map((studentId) => ({ kind: 'delete', studentId })))
    scene.select(next !== null && !ids.includes(next) ? [next] : [])
  }

  function setBox(studentId: number, box: Box): void {
    void scene.write([{ kind: 'box', studentId, box }])
  }

  /** Moves or resizes every selected box by px of the photo, as one step. */
  function nudge(how: 'move' | 'resize', dx: number, dy: number): void {
    const boxes = scene.selected.map((student) => {
      const moved =
        how === 'move'
          ? moveBox(student.box, dx, dy, photoSize.value)
          : resizeBox(student.box, 'se', dx, dy, minimumBoxPx)
      return { kind: 'box', studentId: student.id, box: moved } as const
    })
    void scene.write(boxes)
  }

  function draw(box: Box): void {
    if (scene.sceneId === null) return
    tool.value = 'pointer'
    void scene.write([{ kind: 'draw', sceneId: scene.sceneId, box, classIndex: null }])
  }

  const placeBox = () => draw(boxAtCentre(scene.students, photoSize.value, camera.viewport(), camera.view()))

  async function review(goesOn: boolean): Promise<void> {
    const shown = scene.scene
    if (!shown) return
    const next = goesOn || shown.review === 'open' ? 'reviewed' : 'open'
    if (next !== shown.review) {
      void scene.write([{ kind: 'review', sceneId: shown.id, review: next }])
      list.markReviewed(shown.id, next)
    }
    if (goesOn) await walk(1)
  }

  /** Labels, model A and model B side by side. A first look takes the newest other run as B. */
  function compare(): void {
    const { view } = workspace
    view.value = { ...view.value, compare: !view.value.compare }
    const other = runs.runs.find((run) => run.id !== runs.runA?.id)
    if (view.value.compare && !runs.runB && other) runs.choose({ b: other.id })
  }

  /** Escape and V, one thing at a time: let go, leave drawing, select nobody. */
  function relent(isEscape: boolean): void {
    if (workspace.canvas.value?.cancel()) return
    if (tool.value === 'draw') tool.value = 'pointer'
    else if (isEscape) scene.select([])
  }

  function obey(effect: HandEffect): void {
    if (effect.kind === 'select') scene.select(effect.studentIds, effect.how)
    else if (effect.kind === 'set-box') setBox(effect.studentId, effect.box)
    else if (effect.kind === 'draw') draw(effect.box)
  }

  return {
    running,
    runError,
    runId,
    photoSize,
    choose,
    step,
    seat,
    setClass,
    accept,
    acceptScene,
    remove,
    setBox,
    nudge,
    placeBox,
    review,
    runScene,
    compare,
    relent,
    obey,
    walk,
  }
}
