import type { SceneStudent } from '#shared/contract/scenes.ts'

/**
 * Modalities that other students of the project have and this one lacks: its box was drawn or changed after they were made. Those of
 * which nobody in the project has a vector are not missed.
 */
export const staleModalities = (
  student: Pick<SceneStudent, 'modalities'>,
  known: readonly { readonly name: string; readonly students: number }[],
): readonly string[] =>
  known.filter(({ name, students }) => students > 0 && !student.modalities.includes(name)).map(({ name }) => name)
