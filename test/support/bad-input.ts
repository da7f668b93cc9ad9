import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import { contentOf, fullProject, type FullProject } from './real-workbench.ts'

/** One bad input: what is tried, the code of its refusal, and what its sentence must name. */
export interface BadInput {
  readonly what: string
  readonly code: string
  readonly names: readonly string[]
  readonly attempt: (full: FullProject) => Promise<unknown>
}

/** The AppError that a promise ends with; anything else fails the test. */
export async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof AppError) return outcome.error
  throw new Error(`nothing was refused: ${JSON.stringify(outcome).slice(0, 300)}`)
}

/** Words that come to an end. */
export const sentence = /^\S+ .* .*[.!?]$/s

/**
 * A table of bad inputs against one full project, each through the real workbench and its compute process: refused with exactly
 * that code in a sentence that names what it must, and the project is as it was, now and when it is opened again.
 */
export function describeRefusals(name: string, rows: readonly BadInput[]): void {
  describe(name, () => {
    let full: FullProject
    let before: unknown
    beforeAll(async () => {
      full = await fullProject()
      before = await contentOf(full)
    })
    afterAll(() => full.close())

    test.each(rows)('$what: $code', async ({ code, names, attempt }) => {
      const error = await refusal(attempt(full))
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(sentence)])
      for (const part of names) expect(error.message).toContain(part)
      expect(await contentOf(full)).toEqual(before)
      await full.client.project.close({})
      await full.client.project.open({ folder: full.project })
      expect(await contentOf(full)).toEqual(before)
    })
  })
}
