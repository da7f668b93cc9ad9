import type { SceneDetail } from '#shared/contract/scenes.ts'

export interface SceneCachePorts {
  readonly ask: (sceneId: number) => Promise<SceneDetail>
  /** Called before a scene is kept; `begun` is the place of its load among all loads. */
  readonly onLoaded: (sceneId: number, begun: number) => void
  /** The scene on the canvas is never the one to go. */
  readonly isShown: (sceneId: number) => boolean
}

const keptScenes = 12

/** The scenes that were loaded last, so that the next one is there at once. */
export function createSceneCache({ ask, onLoaded, isShown }: SceneCachePorts) {
  const kept = new Map<number, SceneDetail>()
  const loads = new Map<number, Promise<SceneDetail>>()
  const versions = new Map<number, number>()
  let loadsBegun = 0

  /** One load a scene at a time; what changed while it was under way is loaded again. */
  function load(sceneId: number): Promise<SceneDetail> {
    const running = loads.get(sceneId)
    if (running) return running
    const started = loadNewest(sceneId).finally(() => loads.delete(sceneId))
    loads.set(sceneId, started)
    return started
  }

  async function loadNewest(sceneId: number): Promise<SceneDetail> {
    for (;;) {
      const version = versions.get(sceneId)
      const begun = ++loadsBegun
      const loaded = await ask(sceneId)
      if (versions.get(sceneId) !== version) continue
      onLoaded(sceneId, begun)
      keep(sceneId, loaded)
      return loaded
    }
  }

  function keep(sceneId: number, loaded: SceneDetail): void {
    kept.delete(sceneId)
    kept.set(sceneId, loaded)
    for (const oldest of kept.keys()) {
      if (kept.size <= keptScenes) break
      if (!isShown(oldest)) kept.delete(oldest)
    }
  }

  /** Loads scenes that may be wanted next; what fails here is told when it is opened. */
  function preload(sceneIds: readonly number[]): void {
    for (const id of sceneIds) if (!kept.has(id)) void load(id).catch(() => undefined)
  }

  /** These scenes (null: all) are no longer as they were loaded, or are being loaded. */
  function forget(sceneIds: readonly number[] | null): void {
    for (const id of sceneIds ?? new Set([...kept.keys(), ...loads.keys()])) {
      versions.set(id, (versions.get(id) ?? 0) + 1)
      kept.delete(id)
    }
  }

  return { get: (sceneId: number) => kept.get(sceneId), load, preload, forget, loadsBegun: () => loadsBegun }
}
