import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { RefusedPhoto, ScanSummary } from '#shared/contract/exchange.ts'
import type { DraftPhoto } from '#main/exchange/import-draft.ts'
import { findPhotos } from '#main/exchange/photos/find-photos.ts'
import type { FoundPhoto } from '#main/exchange/photos/find-photos.ts'
import { matchPhotos } from '#main/exchange/photos/match-photos.ts'
import { forgetLeftOutPhoto, listLeftOutPhotos, putLeftOutPhoto } from '#main/store/tables/left-out-photo.ts'
import type { LeftOutPhoto } from '#main/store/tables/left-out-photo.ts'
import { copiedPhotos } from '#main/store/tables/photo-look.ts'
import { getScenePlace, setScenePlace } from '#main/store/tables/scene-place.ts'
import { insertScene, listScenePhotos, updateScene } from '#main/store/tables/scene.ts'
import type { SceneChange, ScenePhoto } from '#main/store/tables/scene.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { photoRootOf } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { placeOf } from './photo-place.ts'
import type { PhotoPlace } from './photo-place.ts'
import { inspectPhotos } from './photos-on-disk.ts'
import { givenPlace, placeGiver, projectRules } from './places-rules.ts'
import type { PlaceGiver } from './places-rules.ts'
import { duplicateFindings, scanFindings } from './scan-summary.ts'

interface Scan {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly place: PhotoPlace
  readonly job: JobContext
  /** Scenes by the path of their photo, and those without a photo by the photo that was matched to them. */
  readonly known: Map<string, ScenePhoto>
  readonly links: ReadonlyMap<string, ScenePhoto>
  /** Scenes by the content of their photo, wherever it is now. */
  readonly byContent: Map<string, ScenePhoto>
  /** Photos that somebody left out, by path. */
  readonly leftOut: Map<string, LeftOutPhoto>
  readonly places: PlaceGiver | null
  readonly root: string
  readonly seen: Set<string>
  readonly counts: { found: number; added: number; moved: number }
  readonly unreadable: RefusedPhoto[]
}

function photoColumns(photo: DraftPhoto, file: FoundPhoto) {
  return {
    relativePath: photo.relativePath,
    hasPhoto: true,
    contentHash: photo.sha256,
    photoBytes: file.bytes,
    photoModifiedMs: file.modifiedMs,
    cameraTime: photo.takenAt,
    ...photo.size,
  }
}

const isUnchanged = (scene: ScenePhoto | undefined, file: FoundPhoto): boolean =>
  scene !== undefined && scene.hasPhoto && scene.photoBytes === file.bytes && scene.photoModifiedMs === file.modifiedMs

/** The scene whose photo had this very content and is no longer where it was, at most once; null where there is none. */
function takeMoved(scan: Scan, photo: DraftPhoto): ScenePhoto | null {
  const scene = scan.byContent.get(photo.sha256)
  if (!scene || existsSync(join(scan.root, scene.relativePath))) return null
  scan.byContent.delete(photo.sha256)
  scan.seen.add(scene.relativePath)
  scan.counts.moved += 1
  return scene
}

/** Whether somebody left this very photo out, here or, where it is gone from there, elsewhere. A new photo in its place is none of it. */
function isLeftOut(scan: Scan, photo: DraftPhoto): boolean {
  const { store } = scan.project
  const here = scan.leftOut.get(photo.relativePath)
  if (here?.contentHash === photo.sha256) return true
  if (here) forgetLeftOutPhoto(store, photo.relativePath)
  const elsewhere = [...scan.leftOut.values()].find(({ contentHash }) => contentHash === photo.sha256)
  if (!elsewhere || existsSync(join(scan.root, elsewhere.relativePath))) return false
  forgetLeftOutPhoto(store, elsewhere.relativePath)
  scan.leftOut.delete(elsewhere.relativePath)
  const moved = { relativePath: photo.relativePath, contentHash: photo.sha256 }
  scan.leftOut.set(photo.relativePath, moved)
  putLeftOutPhoto(store, moved, scan.context.clock().toISOString())
  return true
}

/** Room and time from the project's pattern, for a photo that is new or lies elsewhere now. */
function givePlace(scan: Scan, sceneId: number): void {
  const place = scan.places && getScenePlace(scan.project.store, sceneId)
  if (!place || !scan.places) return
  const given = givenPlace(scan.places, place)
  if (given) setScenePlace(scan.project.store, place, given)
}

/** Writes one photo that is new or changed; a scene that lost its photo is recognised by its content. */
function writePhoto(scan: Scan, photo: DraftPhoto, file: FoundPhoto): number | null {
  const { store } = scan.project
  if (photo.problem !== null || !photo.size) {
    const reason = (photo.problem ?? 'it has no size').replace(`${join(scan.root, photo.relativePath)} `, '')
    scan.unreadable.push({ file: photo.relativePath, reason })
    const scene = scan.known.get(photo.relativePath)
    if (scene?.hasPhoto) updateScene(store, scene.id, { hasPhoto: false })
    return scene?.id ?? null
  }
  const columns: SceneChange & { readonly relativePath: string } = photoColumns(photo, file)
  const moved = scan.known.has(photo.relativePath) ? null : takeMoved(scan, photo)
  const scene = scan.known.get(photo.relativePath) ?? moved ?? scan.links.get(photo.relativePath)
  if (scene) {
    forgetLeftOutPhoto(store, photo.relativePath)
    updateScene(store, scene.id, columns)
    if (moved) givePlace(scan, scene.id)
    return scene.id
  }
  if (isLeftOut(scan, photo)) return null
  scan.counts.added += 1
  const sceneId = insertScene(store, {
    ...photoColumns(photo, file),
    ...photo.size,
    room: null,
    takenAt: photo.takenAt,
    split: null,
    importId: null,
  })
  givePlace(scan, sceneId)
  return sceneId
}

async function scanBatch(scan: Scan, batch: readonly FoundPhoto[]): Promise<void> {
  const { place, job, context, counts } = scan
  counts.found += batch.length
  for (const { relativePath } of batch) scan.seen.add(place.prefix + relativePath)
  const fresh = batch.filter((file) => !isUnchanged(scan.known.get(place.prefix + file.relativePath), file))
  const photos = await inspectPhotos(
    place,
    fresh.map(({ relativePath }) => relativePath),
    {
      compute: context.compute,
      signal: job.signal,
    },
  )
  const sceneIds: number[] = []
  const write = (file: FoundPhoto): void => {
    const photo = photos.get(place.prefix + file.relativePath)
    const sceneId = photo ? writePhoto(scan, photo, file) : null
    if (sceneId !== null) sceneIds.push(sceneId)
  }
  await writeInSteps(scan.project.store, fresh, write, { signal: job.signal })
  if (sceneIds.length > 0) context.changes.publish(['project', 'scenes'], sceneIds)
}

async function listPaths(place: PhotoPlace, project: OpenProject, signal: AbortSignal): Promise<string[]> {
  const paths: string[] = []
  for await (const batch of findPhotos(place.folder, project.folder, signal)) {
    for (const { relativePath } of batch) paths.push(place.prefix + relativePath)
  }
  return paths
}

/** Scenes whose photo nobody ever found, by the photo that fits them now. Only then is the folder listed before it is scanned. */
async function linkScenes(
  project: OpenProject,
  place: PhotoPlace,
  scenes: readonly ScenePhoto[],
  signal: AbortSignal,
): Promise<Map<string, ScenePhoto>> {
  const waiting = scenes.filter((scene) => !scene.hasPhoto && scene.contentHash === null)
  if (waiting.length === 0) return new Map()
  const taken = new Set(scenes.filter((scene) => scene.hasPhoto).map(({ relativePath }) => relativePath))
  const free = (await listPaths(place, project, signal)).filter((path) => !taken.has(path))
  const matches = matchPhotos(
    waiting.map(({ relativePath }) => relativePath),
    free,
  )
  return new Map(
    waiting.flatMap((scene) => {
      const photo = matches.get(scene.relativePath)?.photo
      return photo ? [[photo, scene] as const] : []
    }),
  )
}

/** Photos of the scanned place that are no longer there: their scenes keep everything but the picture. */
async function markMissing(scan: Scan, scenes: readonly ScenePhoto[]): Promise<string[]> {
  const isScanned = (path: string): boolean => path.startsWith(scan.place.prefix)
  const missing = scenes.filter(
    ({ hasPhoto, relativePath }) => hasPhoto && isScanned(relativePath) && !scan.seen.has(relativePath),
  )
  const { store } = scan.project
  await writeInSteps(store, missing, ({ id }) => updateScene(store, id, { hasPhoto: false }), {
    signal: scan.job.signal,
  })
  if (missing.length > 0)
    scan.context.changes.publish(
      ['scenes'],
      missing.map(({ id }) => id),
    )
  return missing.map(({ relativePath }) => relativePath)
}

async function scan(
  context: WorkbenchContext,
  project: OpenProject,
  place: PhotoPlace,
  job: JobContext,
): Promise<ScanSummary> {
  const scenes = listScenePhotos(project.store)
  const rules = projectRules(project.store)
  const state: Scan = {
    context,
    project,
    place,
    job,
    known: new Map(scenes.map((scene) => [scene.relativePath, scene])),
    links: await linkScenes(project, place, scenes, job.signal),
    byContent: new Map(
      scenes.flatMap((scene) => (scene.contentHash === null ? [] : [[scene.contentHash, scene] as const])),
    ),
    leftOut: new Map(listLeftOutPhotos(project.store).map((photo) => [photo.relativePath, photo])),
    places: rules && placeGiver(rules),
    root: photoRootOf(project) ?? place.folder,
    seen: new Set(),
    counts: { found: 0, added: 0, moved: 0 },
    unreadable: [],
  }
  const closed: string[] = []
  const formats: RefusedPhoto[] = []
  const listener = {
    onUnreadable: (path: string): void => void closed.push(path),
    onRefused: (path: string, reason: string): void => void formats.push({ file: place.prefix + path, reason }),
  }
  for await (const batch of findPhotos(place.folder, project.folder, job.signal, listener)) {
    await scanBatch(state, batch)
    job.progress(state.counts.found, null)
  }
  const missing = await markMissing(state, scenes)
  const copies = copiedPhotos(project.store)
  return {
    folder: place.folder,
    ...state.counts,
    missing: missing.length,
    refused: [...formats, ...state.unreadable],
    exactDuplicates: copies.length,
    findings: [
      ...scanFindings({ closed, missing, formats, unreadable: state.unreadable }),
      ...duplicateFindings(copies),
    ],
  }
}

/** The scan of a project that runs or waits last: two at once would take each other's new photos for theirs. */
const lastScan = new WeakMap<OpenProject, Promise<unknown>>()

function inTurn(project: OpenProject, work: () => Promise<ScanSummary>): Promise<ScanSummary> {
  const turn = (lastScan.get(project) ?? Promise.resolve()).then(work)
  lastScan.set(
    project,
    turn.catch(() => undefined),
  )
  return turn
}

/**
 * Finds the photos below a folder as a job: new ones become scenes, moved ones (same content elsewhere) keep their scene, missing ones
 * are marked. Scenes appear in batches while the scan runs. null scans the project's photo root.
 * Throws AppError `exchange.no-photo-root`, `exchange.photo-ambiguous`, `exchange.file-missing`, `project.none-open`, `job.cancelled`.
 */
export async function scanPhotos(
  context: WorkbenchContext,
  folder: string | null,
  signal?: AbortSignal,
): Promise<ScanSummary> {
  const project = context.project.require()
  const at = folder ?? photoRootOf(project)
  if (at === null) {
    throw new AppError(
      'exchange.no-photo-root',
      'This project has no photo folder yet; choose the folder of the photos.',
      {},
    )
  }
  const place = placeOf(project, at)
  const work = (job: JobContext): Promise<ScanSummary> => inTurn(project, () => scan(context, project, place, job))
  const summary = await context.jobs.run('scan', basename(place.folder), work, { signal })
  context.changes.publish(['project'])
  return summary
}
