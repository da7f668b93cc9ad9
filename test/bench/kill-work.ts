import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { benchSession } from './session.ts'

/**
 * Opens a project and labels its students one after another until somebody kills it; after every edit that was answered its number
 * is printed. Every fourth edit is an import of the file given, which leaves more to be torn. Arguments: folder, features file.
 */
const [, , folder = '', features = ''] = process.argv
const { client } = benchSession(folder)
await client.project.open({ folder: join(folder, 'bench.lectern') })
const { rows } = await client.scenes.list({ limit: 1 })
const { students } = await client.scenes.get({ sceneId: rows[0]!.id })
writeSync(1, 'open\n')
if (features !== '') void client.exchange.importFeatures({ file: features }).catch(() => undefined)
for (let edit = 0; ; edit++) {
  const studentId = students[edit % students.length]!.id
  await client.edits.apply({
    edits: [{ kind: 'label', studentId, classIndex: edit % 5, source: 'person' }],
    annotator: 'bench',
  })
  writeSync(1, 'edit\n')
}
