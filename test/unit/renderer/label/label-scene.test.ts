// @vitest-environment happy-dom
import { describe, expect, test, vi } from 'vitest'
import { useLabelScene } from '../../../../src-renderer/stores/label-scene.ts'
import { runInfo } from '../../../support/fake-workbench.ts'
import { classroom, labelled, pupil } from '../../../support/classroom.ts'
import { settled, startRenderer, stores } from '../../../support/renderer.ts'

const person = (studentId: number, classIndex: number) =>
  ({ kind: 'label', studentId, classIndex, source: 'person' }) as const
const box = { x1: 1, y1: 1, x2: 21, y2: 31 }

async function open(students = { 1: [pupil(1), pupil(2), pupil(3)], 2: [pupil(21, { sceneId: 2 })] }) {
  const room = classroom(students)
  const { workbench, pinia } = await startRenderer(room.overrides)
  const scene = useLabelScene(pinia)
  await scene.open(1)
  return { room, workbench, scene }
}
const classOf = (scene: Awaited<ReturnType<typeof open>>['scene'], id: number) =>
  scene.byId.get(id)?.label?.classIndex ?? null

describe('editing', () => {
  test('a class shows at once, and stays when it is written', async () => {
    const { room, scene } = await open()
    const letGo = room.shut()
    const writing = scene.write([person(1, 2)])
    expect(classOf(scene, 1)).toBe(2)
    letGo()
    expect(await writing).toBe(true)
    await settled()
    expect([classOf(scene, 1), scene.pending]).toEqual([2, []])
    expect(room.written).toEqual([person(1, 2)])
  })

  test('a write that fails is taken back, and said', async () => {
    const { room, scene } = await open()
    room.refuse(true)
    expect(await scene.write([person(1, 2)])).toBe(false)
    await settled()
    expect(classOf(scene, 1)).toBeNull()
    expect(stores.notices.notices.map((notice) => notice.code)).toEqual(['store.disk-full'])
  })

  test('one that fails among others takes back only itself', async () => {
    const { room, scene } = await open()
    await scene.write([person(1, 2)])
    room.refuse(true)
    const second = scene.write([person(2, 4)])
    await second
    room.refuse(false)
    await scene.write([person(3, 1)])
    await settled()
    expect([1, 2, 3].map((id) => classOf(scene, id))).toEqual([2, null, 1])
  })

  test('digits typed faster than they are written keep their order and their students', async () => {
    const { room, scene } = await open()
    const letGo = room.shut()
    const all = [person(1, 0), person(2, 1), person(3, 2), person(1, 4)].map((edit) => scene.write([edit]))
    expect([1, 2, 3].map((id) => classOf(scene, id))).toEqual([4, 1, 2])
    letGo()
    await Promise.all(all)
    await settled()
    expect(room.written).toEqual([person(1, 0), person(2, 1), person(3, 2), person(1, 4)])
    expect([1, 2, 3].map((id) => classOf(scene, id))).toEqual([4, 1, 2])
  })

  test('an answer that was loaded before a write does not bring the old class back', async () => {
    const { scene } = await open()
    scene.forget([1])
    const seen: (number | null)[] = []
    const writing = scene.write([person(1, 3)])
    for (let turn = 0; turn < 12; turn++) {
      await settled(1)
      seen.push(classOf(scene, 1))
    }
    await writing
    expect(new Set(seen)).toEqual(new Set([3]))
  })

  test('a drawn box is selected and takes a class before the workbench has named it', async () => {
    const { room, scene } = await open()
    const letGo = room.shut()
    const drawing = scene.write([{ kind: 'draw', sceneId: 1, box, classIndex: null }])
    const temporary = scene.selection[0]!
    expect(temporary).toBeLessThan(0)
    const labelling = scene.write([person(temporary, 4)])
    expect(classOf(scene, temporary)).toBe(4)
    letGo()
    await Promise.all([drawing, labelling])
    await settled()
    expect(scene.selection).toEqual([1001])
    expect(classOf(scene, 1001)).toBe(4)
    expect(room.written.at(-1)).toEqual(person(1001, 4))
    expect(scene.students).toHaveLength(4)
  })

  test('a box that could not be drawn takes what was done to it along', async () => {
    const { room, scene } = await open()
    room.refuse(true)
    const drawing = scene.write([{ kind: 'draw', sceneId: 1, box, classIndex: null }])
    const labelling = scene.write([person(scene.selection[0]!, 4)])
    expect(await Promise.all([drawing, labelling])).toEqual([false, false])
    await settled()
    expect(scene.students).toHaveLength(3)
    expect(room.written).toEqual([])
  })

  test('nothing to write, or no scene, writes nothing', async () => {
    const { room, scene } = await open()
    expect(await scene.write([])).toBe(false)
    expect(room.written).toEqual([])
  })
})

describe('selecting', () => {
  test('sets, toggles and adds without doubling', async () => {
    const { scene } = await open()
    scene.select([1, 2])
    scene.select([2, 3], 'toggle')
    expect(scene.selection).toEqual([1, 3])
    scene.select([3, 2], 'add')
    expect(scene.selection).toEqual([1, 3, 2])
    expect(scene.primary?.id).toBe(2)
    scene.select([3], 'extend')
    expect(scene.selection).toEqual([1, 2, 3])
    expect(scene.primary?.id).toBe(3)
  })

  test('a deleted student is no longer selected', async () => {
    const { scene } = await open()
    scene.select([1, 2])
    void scene.write([{ kind: 'delete', studentId: 2 }])
    expect(scene.selection).toEqual([1])
  })
})

describe('scenes', () => {
  test('a preloaded scene is there before opening returns, with nobody selected', async () => {
    const { scene } = await open()
    scene.select([1])
    scene.preload([2])
    await settled()
    void scene.open(2)
    expect(scene.students.map((student) => student.id)).toEqual([21])
    expect(scene.selection).toEqual([])
  })

  test('while a scene loads nobody is there to be labelled, whatever was selected before', async () => {
    const { room, scene } = await open()
    scene.select([1])
    const opening = scene.open(2)
    expect([scene.students, scene.selection]).toEqual([[], []])
    await opening
    expect(scene.students).toHaveLength(1)
    expect(room.written).toEqual([])
  })

  test('a scene that is not there says so, and the next one forgets it', async () => {
    const { scene } = await open()
    await scene.open(99)
    expect(scene.error?.code).toBe('scenes.unknown')
    await scene.open(2)
    expect(scene.error).toBeNull()
  })

  test('an edit of a scene that was left is there when it is opened again', async () => {
    const { room, scene } = await open()
    const letGo = room.shut()
    const writing = scene.write([person(1, 2)])
    await scene.open(2)
    letGo()
    await writing
    await scene.open(1)
    expect(classOf(scene, 1)).toBe(2)
  })

  test('a change elsewhere is loaded', async () => {
    const students = [pupil(1)]
    const { workbench, scene } = await open({ 1: students, 2: [] })
    students[0] = pupil(1, { label: labelled(4) })
    workbench.change(['labels'])
    await vi.waitFor(() => expect(classOf(scene, 1)).toBe(4))
  })

  test('a run on this scene alone is shown here, until it is taken back', async () => {
    const room = classroom({ 1: [pupil(1)], 2: [] })
    const { pinia } = await startRenderer(
      room.overrides,
      (workbench) => (workbench.state.runs = [runInfo(1), runInfo(2)]),
    )
    await stores.runs.load()
    stores.runs.choose({ a: 1 })
    const scene = useLabelScene(pinia)
    await scene.open(1)
    scene.showRun(1, 2)
    expect(scene.run?.id).toBe(2)
    await scene.open(2)
    expect(scene.run?.id).toBe(1)
    await scene.open(1)
    scene.showRun(1, null)
    expect([scene.run?.id, scene.ownRun]).toEqual([1, null])
  })
})
