import { lockFolder } from '#main/store/folder-lock.ts'

/** Holds a project as another Lectern would, says so, and lets go when its stdin ends. The folder is its only argument. */
const lock = lockFolder(process.argv[2] ?? '', process.pid)
process.stdout.write('held\n')
process.stdin.resume()
process.stdin.once('end', () => lock.release())
