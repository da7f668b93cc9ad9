import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { escapeHtml } from './escape-html.ts'

/** A class as its letter on its colour, with the name beside it unless only the letter is wanted. */
export const classChip = ({ index, letter, name }: BehaviourClass, form: 'full' | 'letter' = 'full'): string => {
  const chip = `<b class="chip c${index}" title="${escapeHtml(name)}">${escapeHtml(letter)}</b>`
  return form === 'letter' ? chip : `<span class="class">${chip}${escapeHtml(name)}</span>`
}
