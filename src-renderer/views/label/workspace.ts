import { inject, provide, ref, shallowRef, type InjectionKey, type Ref } from 'vue'
import { z } from 'zod'
import { createCamera, type Camera } from '../../canvas/camera.ts'
import type { Link } from '../../canvas/sketch-paint.ts'
import { useViewState } from '../../composables/use-view-state.ts'

const viewSchema = z.object({
  /** Percent of the width: list, canvas, inspector. */
  sizes: z.tuple([z.number(), z.number(), z.number()]).default([21, 57, 22]),
  query: z.string().max(500).default(''),
  filter: z.enum(['all', 'unreviewed', 'wrong']).default('all'),
  showBoxes: z.boolean().default(true),
  showLabels: z.boolean().default(true),
  compare: z.boolean().default(false),
  /** Whether the inspector explains predictions. */
  why: z.boolean().default(true),
  /** Project folder → scene that was shown last. */
  lastScenes: z.record(z.string(), z.int().positive()).default({}),
})

/** What the parts of the Label view share beside the scene: tool, looks, camera. */
export interface Workspace {
  readonly view: Ref<z.output<typeof viewSchema>>
  readonly camera: Camera
  readonly tool: Ref<'pointer' | 'draw'>
  readonly canvasFocused: Ref<boolean>
  readonly links: Ref<readonly Link[]>
  readonly canvas: Ref<CanvasPort | null>
}

/** What the keyboard asks of the panes. */
export interface CanvasPort {
  focus(): void
  /** Lets go of what the hand holds; answers whether there was anything. */
  cancel(): boolean
  /** Whether the hand dragged since Space went down. */
  spaceDragged(): boolean
  flash(ids: readonly number[]): void
}

const key: InjectionKey<Workspace> = Symbol('label workspace')

export function provideWorkspace(): Workspace {
  const workspace: Workspace = {
    view: useViewState('label', viewSchema),
    camera: createCamera(),
    tool: ref('pointer'),
    canvasFocused: ref(false),
    links: shallowRef([]),
    canvas: shallowRef(null),
  }
  provide(key, workspace)
  return workspace
}

export function useWorkspace(): Workspace {
  const workspace = inject(key)
  if (!workspace) throw new Error('This component lives inside the Label view.')
  return workspace
}
