/** The command inside a remedy such as "Run in Lectern's folder: node …"; all of it where it is a command already. */
export function commandIn(remedy: string): string {
  return /(?:^|:\s+)((?:node|npm|npx|sudo|apt|apt-get|dnf|brew|winget|pip)\s.*)$/s.exec(remedy)?.[1] ?? remedy
}
