import type { Neighbour } from '#shared/contract/scenes.ts'
import { knownRun } from '../models/run-info.ts'
import { ensembleFamily, storedModel } from '../models/stored-model.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { isByScene } from './predict-run.ts'
import { sceneOfStudent } from './scene-of-student.ts'

/**
 * The students whose features the graph of a run's model mixed into this one's, strongest first; empty for heads without a graph, for
 * students that the run left out, for an ensemble, and for a run in RAFNet's batches, whose graphs reach into other photos. Throws as
 * `sceneOfStudent`.
 */
export async function findNeighbours(
  project: OpenProject,
  compute: ComputeClient,
  asked: { readonly studentId: number; readonly runId: number },
  signal: AbortSignal,
): Promise<Neighbour[]> {
  const { modelId } = knownRun(project.store, asked.runId)
  if (storedModel(project, modelId).row.family === ensembleFamily) return []
  const { run, model, scene, position } = await sceneOfStudent(project, asked, signal)
  if (position < 0 || !isByScene(run.batching)) return []
  const input = { model: model.source, device: 'cpu' as const, students: scene.input }
  const found = await compute.models.neighbours(input, { signal })
  if (!found) return []
  const { k, positions, weights } = found
  const neighbours: Neighbour[] = []
  for (let at = position * k; at < (position + 1) * k; at++) {
    const neighbour = scene.studentIds[positions[at] ?? -1]
    if (neighbour !== undefined) neighbours.push({ studentId: neighbour, weight: weights[at] ?? 0 })
  }
  return neighbours.sort((a, b) => b.weight - a.weight)
}
