import type { Desktop } from './desktop.ts'

type DialogName = 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox'
export type DialogAnswers = { [Name in DialogName]: Awaited<ReturnType<Electron.Dialog[Name]>> }

/** The system's dialogs: a test says beforehand what the user will answer. An unexpected one is a problem, not a hang. */
export function doubleDialogs(desktop: Desktop) {
  const answers: { [Name in DialogName]: DialogAnswers[Name][] } = {
    showOpenDialog: [],
    showSaveDialog: [],
    showMessageBox: [],
  }
  const show =
    <Name extends DialogName>(name: Name) =>
    (...args: unknown[]): Promise<DialogAnswers[Name]> => {
      desktop.calls.push([`dialog.${name}`, args.at(-1)])
      const answer = answers[name].shift()
      if (answer) return Promise.resolve(answer)
      const problem = `dialog.${name} was opened and the test had no answer for it`
      desktop.problems.push(problem)
      return Promise.reject(new Error(problem))
    }
  const dialog = {
    showOpenDialog: show('showOpenDialog'),
    showSaveDialog: show('showSaveDialog'),
    showMessageBox: show('showMessageBox'),
  } satisfies Partial<Electron.Dialog>
  return {
    dialog,
    answer: <Name extends DialogName>(name: Name, value: DialogAnswers[Name]): void => void answers[name].push(value),
  }
}
