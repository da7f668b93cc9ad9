import { open, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, cancelled } from '#shared/contract/app-error.ts'
import { parsePythonJson } from '#main/exchange/rafnet/python-json.ts'
import { errorCode, fileError } from '../files.ts'

/** Files that hold results, by their names. */
export interface FoundResults {
  /** `results.json` of single seeds. */
  readonly seeds: readonly string[]
  /** `all_seeds_summary.json`. */
  readonly summaries: readonly string[]
  /** `final_results.json`, which alone know of ensembles. */
  readonly finals: readonly string[]
  readonly problems: readonly ResultProblem[]
}

export interface ResultProblem {
  readonly file: string
  readonly reason: string
}

const deepest = 12
const mostFolders = 100_000
/** RAFNet's own files have a few kB, a summary of many seeds some hundred. */
const mostBytes = 16 * 2 ** 20

/**
 * Every file of results below a folder; hidden folders are passed over, a linked one is read once. Throws AppError `file.missing` or
 * `file.failed` where the folder itself cannot be read, and `job.cancelled`.
 */
export async function findResults(folder: string, signal: AbortSignal): Promise<FoundResults> {
  const found = { seeds: [] as string[], summaries: [] as string[], finals: [] as string[] }
  const problems: ResultProblem[] = []
  const placeOf = new Map([
    ['results.json', found.seeds],
    ['all_seeds_summary.json', found.summaries],
    ['final_results.json', found.finals],
  ])
  const visited = new Set<string>()
  const waiting = [{ path: folder, depth: 0 }]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (signal.aborted) throw cancelled()
    const { path, depth } = next
    const entries = await listFolder(path).catch((error: unknown) => {
      if (depth === 0) throw fileError(folder, error)
      problems.push({ file: path, reason: `it cannot be read (${errorCode(error) ?? 'unknown reason'})` })
      return null
    })
    if (entries === null || visited.has(entries.real)) continue
    visited.add(entries.real)
    if (visited.size > mostFolders || depth > deepest) {
      problems.push({ file: path, reason: 'there are too many folders; choose one nearer to the results' })
      break
    }
    for (const { name, isFolder } of entries.list) {
      if (isFolder) waiting.push({ path: join(path, name), depth: depth + 1 })
      else placeOf.get(name)?.push(join(path, name))
    }
  }
  return { ...found, problems }
}

async function listFolder(path: string) {
  const real = await realpath(path)
  const all = await readdir(real, { withFileTypes: true })
  const list: { readonly name: string; readonly isFolder: boolean }[] = []
  for (const entry of all.filter(({ name }) => !name.startsWith('.'))) {
    const isFolder = entry.isSymbolicLink() ? await leadsToFolder(join(real, entry.name)) : entry.isDirectory()
    list.push({ name: entry.name, isFolder })
  }
  return { real, list: list.sort((one, other) => (one.name < other.name ? -1 : 1)) }
}

const leadsToFolder = (link: string): Promise<boolean> =>
  stat(link).then(
    (facts) => facts.isDirectory(),
    () => false,
  )

/**
 * A JSON file as Python writes it: bare NaN and Infinity are read as null. Throws AppError `evaluation.results-unreadable`, whose message
 * is the reason, and as `fileError`.
 */
export async function readPythonJson(file: string): Promise<unknown> {
  const text = await readBounded(file)
  try {
    return parsePythonJson(text)
  } catch {
    throw unreadable(file, 'it is no JSON, or was cut off')
  }
}

async function readBounded(file: string): Promise<string> {
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    if (size > mostBytes) throw unreadable(file, `it is larger than ${mostBytes / 2 ** 20} MiB, which no results are`)
    return await handle.readFile('utf8')
  } catch (error) {
    throw fileError(file, error)
  }
}

const unreadable = (file: string, reason: string): AppError =>
  new AppError('evaluation.results-unreadable', reason, { file })
