export type ChosenValue = string | number | boolean | string[]

/** A value as the user typed it, as what the workbench expects: numbers, true and false, and comma-separated lists. */
export function parseChosen(text: string): ChosenValue {
  const trimmed = text.trim()
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true'
  if (trimmed !== '' && Number.isFinite(Number(trimmed))) return Number(trimmed)
  if (trimmed.includes(',')) return trimmed.split(',').map((part) => part.trim())
  return trimmed
}
