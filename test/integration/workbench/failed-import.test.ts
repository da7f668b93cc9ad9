import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { groupRelationCheckpoint } from '../../support/extraction-weights.ts'
import { startRealWorkbench } from '../../support/real-workbench.ts'

test('weights taken for features leave a project that is empty still, and that can be taken back and made again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-failed-import-'))
  const session = startRealWorkbench(folder)
  const { client } = session
  onTestFinished(async () => {
    await session.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const [file, project] = [join(folder, 'relation_common_group8.pkl'), join(folder, 'relation_common_group8.lectern')]
  writeFileSync(file, groupRelationCheckpoint())
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await client.project.create({ folder: project, photoRoot: null })
    await expect(client.exchange.importFile({ file })).rejects.toMatchObject({
      code: expect.stringMatching(/^(pickle|features)\./) as string,
    })
    expect(await client.project.discardEmpty({ folder: project })).toEqual({ discarded: true })
    expect(existsSync(project)).toBe(false)
  }
})
