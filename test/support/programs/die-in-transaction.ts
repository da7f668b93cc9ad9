import { join } from 'node:path'
import { openStore } from '#main/store/open-store.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { aScene } from '../new-rows.ts'

/** A process that kills itself in the middle of a transaction, after one that was committed. The folder is its only argument. */
const folder = process.argv[2]!
const store = openStore(join(folder, 'project.sqlite'), { mode: 'open', clock: () => new Date(), backupFolder: null })
insertScene(store, aScene('committed.jpg'))
store.transaction(() => {
  for (let index = 0; index < 5000; index++) insertScene(store, aScene(`lost/${index}.jpg`))
  process.kill(process.pid, 'SIGKILL')
  // The signal may take a moment; nothing may be committed in it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
})
