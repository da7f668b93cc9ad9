import { useSceneStudents } from '../../components/extraction/use-scene-students.ts'
import { useActions } from '../../composables/actions/use-actions.ts'
import { classDigits, classForDigit } from '../../composables/class-digit.ts'
import type { ActionHandler } from '../../stores/actions.ts'
import { useLabelScene } from '../../stores/label-scene.ts'
import { useProject } from '../../stores/project.ts'
import type { LabelCommands } from './use-label-commands.ts'
import type { Workspace } from './workspace.ts'

const zoomStep = 1.25
const farPx = 10
const directions = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const

/** Gives the Label view's actions their handlers while the view is shown. */
export function useLabelActions(
  workspace: Workspace,
  commands: LabelCommands,
  panels: { next: () => void; previous: () => void; search: () => void },
): void {
  const scene = useLabelScene()
  const project = useProject()
  const students = useSceneStudents()
  const { camera, tool, view, canvas, canvasFocused } = workspace
  const hasScene = () => scene.scene !== null
  const hasSelection = () => scene.selection.length > 0
  const hasPhoto = () => scene.scene?.hasPhoto === true
  const onCanvas = () => canvasFocused.value && scene.students.length > 0
  const inScene = (run: () => unknown): ActionHandler => ({ run, when: hasScene })
  const withSelection = (run: () => unknown): ActionHandler => ({ run, when: hasSelection })
  const toggle = (name: 'showBoxes' | 'showLabels') =>
    inScene(() => (view.value = { ...view.value, [name]: !view.value[name] }))

  const perDirection = (Object.keys(directions) as (keyof typeof directions)[]).flatMap((side) => {
    const [dx, dy] = directions[side]
    return [
      [`student.${side}`, { run: () => commands.seat(side), when: onCanvas }],
      [`student.extend-${side}`, { run: () => commands.seat(side, true), when: onCanvas }],
      [`box.move-${side}`, withSelection(() => commands.nudge('move', dx, dy))],
      [`box.move-far-${side}`, withSelection(() => commands.nudge('move', farPx * dx, farPx * dy))],
      [`box.resize-${side}`, withSelection(() => commands.nudge('resize', dx, dy))],
    ] as const
  })
  const perDigit = classDigits.flatMap((digit) => {
    const give = (goesOn: boolean): ActionHandler => ({
      run: () => commands.setClass(classForDigit(project.classes, digit)!.index, goesOn),
      when: () => hasSelection() && classForDigit(project.classes, digit) !== undefined,
    })
    return [[`class.set-${digit}`, give(true)] as const, [`class.set-selection-${digit}`, give(false)] as const]
  })

  useActions({
    ...Object.fromEntries(perDirection),
    ...Object.fromEntries(perDigit),
    'scene.next': () => commands.walk(1),
    'scene.previous': () => commands.walk(-1),
    'scene.next-unreviewed': () => commands.walk(1, true),
    'scene.previous-unreviewed': () => commands.walk(-1, true),
    'scene.accept': inScene(commands.acceptScene),
    'scene.review': inScene(() => commands.review(true)),
    'scene.search': panels.search,
    'student.next': { run: () => commands.step(1), when: onCanvas },
    'student.previous': { run: () => commands.step(-1), when: onCanvas },
    'student.accept': {
      run: () => {
        if (!canvas.value?.spaceDragged()) commands.accept()
      },
      when: () => canvasFocused.value && hasSelection(),
    },
    'student.select-all': inScene(() => scene.select(scene.students.map((student) => student.id))),
    'student.show-in-photo': withSelection(() => {
      if (scene.primary) camera.reveal(scene.primary.box)
      canvas.value?.flash(scene.selection)
    }),
    'student.delete': withSelection(commands.remove),
    'box.draw': inScene(() => (tool.value = 'draw')),
    'box.place': inScene(commands.placeBox),
    'box.pointer': (event) => commands.relent(event?.key === 'Escape'),
    'view.zoom-in': inScene(() => camera.zoomBy(zoomStep)),
    'view.zoom-out': inScene(() => camera.zoomBy(1 / zoomStep)),
    'view.fit': inScene(() => camera.fit()),
    'view.actual-size': inScene(() => camera.actualSize()),
    'view.hide-boxes': toggle('showBoxes'),
    'view.hide-labels': toggle('showLabels'),
    'view.compare': inScene(commands.compare),
    'view.next-panel': panels.next,
    'view.previous-panel': panels.previous,
    'model.run-scene': inScene(commands.runScene),
    'students.find-here': { run: () => students.findHere(scene.sceneId!), when: hasPhoto },
    'students.discard-here': {
      run: () => students.discard([scene.sceneId!]),
      when: () => scene.students.some((student) => student.source === 'detected'),
    },
  })
}
