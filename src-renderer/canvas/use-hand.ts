import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import type { Point } from '#shared/geometry/box.ts'
import { toImage } from '#shared/geometry/viewport.ts'
import type { Camera } from './camera.ts'
import { cursorFor } from './cursor.ts'
import { boxAt, drag, press, release, resting, type Hand, type HandEffect, type Surface } from './hand.ts'
import { pinched } from './pinch.ts'

interface HandPorts {
  readonly host: ShallowRef<HTMLElement | null>
  readonly camera: Camera
  readonly surface: () => Surface
  readonly onHand: (hand: Hand, before: Hand) => void
  readonly onHover: (studentId: number | null) => void
  readonly onEffect: (effect: HandEffect) => void
}

/** A notch of a wheel zooms by about a fifth; a trackpad's pinch comes as a wheel with Control, in smaller steps. */
const zoomPerWheelPx = 0.0018
const zoomPerPinchPx = 0.01
const wheelLinePx = 33
/** Zooming stops here even where a finger goes on; the camera keeps its own, tighter limits. */
const pinchLimits = { minimum: 0.02, maximum: 32 }

/** Turns pointer, wheel and touch events on the host into turns of the hand. Everything it decides lies in `hand.ts`. */
export function useHand(ports: HandPorts) {
  const { camera } = ports
  const hand = shallowRef<Hand>(resting)
  const space = shallowRef(false)
  let spaceDragged = false
  let at: Point | null = null
  const fingers = new Map<number, Point>()

  const pointOf = (event: MouseEvent): Point => {
    const frame = ports.host.value!.getBoundingClientRect()
    return { x: event.clientX - frame.left, y: event.clientY - frame.top }
  }

  function take(next: Hand, effect: HandEffect | null): void {
    const before = hand.value
    hand.value = next
    if (effect?.kind === 'look') camera.look(effect.viewport)
    else if (effect) ports.onEffect(effect)
    if (next !== before) ports.onHand(next, before)
    showCursor()
  }

  function showCursor(): void {
    if (ports.host.value) ports.host.value.style.cursor = cursorFor(ports.surface(), hand.value, at, space.value)
  }

  function down(event: PointerEvent): void {
    if (event.button > 1) return
    at = pointOf(event)
    if (event.pointerType === 'touch') fingers.set(event.pointerId, at)
    ports.host.value?.setPointerCapture(event.pointerId)
    ports.host.value?.focus()
    event.preventDefault()
    if (fingers.size === 2) return void cancel()
    if (space.value) spaceDragged = true
    const control = event.ctrlKey || event.metaKey
    const button = event.button === 1 ? 'middle' : 'main'
    const turn = press(ports.surface(), { at, button, shift: event.shiftKey, control, space: space.value })
    take(turn.hand, turn.effect)
  }

  function move(event: PointerEvent): void {
    const before = fingers.get(event.pointerId)
    at = pointOf(event)
    if (before && fingers.size === 2) return pinch(event.pointerId, at)
    if (before) fingers.set(event.pointerId, at)
    if (hand.value.kind === 'resting') {
      const surface = ports.surface()
      const canTouch = surface.tool === 'pointer' && !space.value
      const over = canTouch ? boxAt(surface.boxes, toImage(surface.viewport, at)) : null
      ports.onHover(over?.studentId ?? null)
      showCursor()
      return
    }
    const turn = drag(hand.value, ports.surface(), at)
    take(turn.hand, turn.effect)
  }

  function pinch(pointerId: number, to: Point): void {
    const pair = () => [...fingers.values()] as unknown as readonly [Point, Point]
    const before = pair()
    fingers.set(pointerId, to)
    camera.look(pinched(camera.viewport(), before, pair(), pinchLimits))
  }

  function up(event: PointerEvent): void {
    fingers.delete(event.pointerId)
    if (hand.value.kind === 'resting') return
    at = pointOf(event)
    const turn = release(hand.value, ports.surface(), at)
    take(turn.hand, turn.effect)
  }

  /** Lets go of whatever the hand holds, without effect; a pan goes back to where it began. Answers whether there was anything. */
  function cancel(): boolean {
    const held = hand.value
    if (held.kind === 'resting') return false
    if (held.kind === 'panning') camera.look(held.viewport)
    take(resting, null)
    return true
  }

  function lose(event: PointerEvent): void {
    fingers.delete(event.pointerId)
    cancel()
  }

  function leave(): void {
    at = null
    if (hand.value.kind === 'resting') ports.onHover(null)
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    if (hand.value.kind !== 'resting') return
    const px = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? wheelLinePx : 1)
    camera.zoomBy(Math.exp(-px * (event.ctrlKey ? zoomPerPinchPx : zoomPerWheelPx)), pointOf(event))
  }

  function keydown(event: KeyboardEvent): void {
    if (event.key !== ' ' || event.repeat) return
    space.value = true
    spaceDragged = false
    showCursor()
  }

  function keyup(event: KeyboardEvent): void {
    if (event.key !== ' ') return
    space.value = false
    showCursor()
  }

  function blur(): void {
    space.value = false
    showCursor()
  }

  const events = Object.entries({
    pointerdown: down,
    pointermove: move,
    pointerup: up,
    pointercancel: lose,
    pointerleave: leave,
    keydown,
    keyup,
    blur,
  })
  function listen(host: HTMLElement): void {
    for (const [name, listener] of events) host.addEventListener(name, listener as EventListener)
    host.addEventListener('wheel', wheel, { passive: false })
    onScopeDispose(() => {
      for (const [name, listener] of events) host.removeEventListener(name, listener as EventListener)
      host.removeEventListener('wheel', wheel)
    })
  }

  return { hand, listen, cancel, showCursor, spaceDragged: () => spaceDragged }
}
