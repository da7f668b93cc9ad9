import type { AppError } from '#shared/contract/app-error.ts'

/** Where a command writes: one JSON document or lines of text on stdout, everything else on stderr. */
export interface Output {
  readonly json: boolean
  /** The command's result: `value` as JSON, or `lines` as text. */
  result(value: unknown, lines: readonly string[]): void
  note(text: string): void
  error(error: AppError): void
}

export function createOutput(json: boolean): Output {
  return {
    json,
    result: (value, lines) => {
      process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''))
    },
    note: (text) => void process.stderr.write(`${text}\n`),
    error: (error) => {
      process.stderr.write(json ? `${JSON.stringify(error)}\n` : `${error.code}: ${error.message}\n`)
    },
  }
}

/** Rows as a table: the first column aligned left, the others right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

export const percent = (value: number): string => value.toFixed(2)
