import { join } from 'node:path'
import { childProcesses, peakMegabytes } from './measure.ts'
import { benchSession } from './session.ts'

/**
 * Opens a project and exports it whole; prints how long that took and the most memory that this process and its compute process
 * ever held, in MB. Argument: folder.
 */
const [, , folder = ''] = process.argv
const session = benchSession(folder)
const { client } = session
await client.project.open({ folder: join(folder, 'bench.lectern') })
const start = performance.now()
const { students, bytes } = await client.exchange.exportFeatures({ out: join(folder, 'out.pkl') })
const seconds = (performance.now() - start) / 1000
const compute = childProcesses(process.pid).map(peakMegabytes)
const report = { students, bytes, seconds, megabytes: [peakMegabytes('self'), ...compute] }
await session.close()
process.stdout.write(`${JSON.stringify(report)}\n`)
