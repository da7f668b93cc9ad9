import type { Finding, Omission } from '#shared/contract/summary.ts'

export const findingLines = (findings: readonly Finding[]): string[] =>
  findings.map(({ severity, code, count, message, examples }) => {
    const where = examples.length > 0 ? ` (${examples.join('; ')}${count > examples.length ? '; …' : ''})` : ''
    return `${severity}: ${code} × ${count}: ${message}${where}`
  })

export const omissionLines = (omitted: readonly Omission[]): string[] =>
  omitted.map(({ code, count, reason }) => `left out: ${code} × ${count}: ${reason}`)
