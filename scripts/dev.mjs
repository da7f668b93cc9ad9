// `npm run dev [project]`: serves the application, and whenever a source changes builds it again and starts it anew.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { environment, nodePath, prepare, root } from './setup.mjs'

const args = [join(root, 'out', 'main', 'cli.js'), 'serve', ...process.argv.slice(2)]
let child = null
let timer = null

function start() {
  try {
    prepare()
    child = spawn(nodePath(), args, { stdio: 'inherit', env: environment() })
  } catch (error) {
    console.error(`${error.message} Lectern starts again when a source changes.`)
  }
}

function restart() {
  const running = child
  child = null
  if (!running || running.exitCode !== null) return start()
  running.once('exit', start)
  running.kill()
}

start()
for (const folder of ['src-main', 'src-renderer', 'src-preload', 'src-shared']) {
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(restart, 300)
  })
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    child?.kill()
    process.exit(0)
  })
}
