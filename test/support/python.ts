import { spawnSync } from 'node:child_process'

const found = new Map<string, string | null>()

/** A Python that has these modules, or null. Python is a reference for tests and benches only, never part of the product. */
export function findPython(...modules: readonly string[]): string | null {
  const key = modules.join(',')
  const known = found.get(key)
  if (known !== undefined) return known
  const code = modules.length > 0 ? `import ${key}` : ''
  const works = (python: string): boolean => spawnSync(python, ['-c', code], { stdio: 'ignore' }).status === 0
  const python = ['/usr/bin/python3', 'python3', 'python'].find(works) ?? null
  found.set(key, python)
  return python
}

export const withoutPython = (...modules: readonly string[]): string =>
  `needs Python with ${modules.join(', ')}, which is not here`

/** Runs code with `arguments_` in sys.argv[1:] and gives what it printed; throws with its own message when it fails. */
export function runPython(python: string, code: string, ...arguments_: readonly string[]): string {
  const run = spawnSync(python, ['-c', code, ...arguments_], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (run.status !== 0) throw new Error(`Python failed: ${run.stderr}`)
  return run.stdout
}

/** A Python with numpy 2 or later beside the first one found, or null. */
export function findPythonWithNumpy2(): string | null {
  const code = 'import numpy, sys; sys.exit(int(numpy.__version__.split(".")[0]) < 2)'
  const works = (python: string): boolean => spawnSync(python, ['-c', code], { stdio: 'ignore' }).status === 0
  return ['python3', 'python', '/usr/bin/python3'].find(works) ?? null
}
