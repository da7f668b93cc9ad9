import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

/** A question before something that cannot be undone. The button says what it does; Cancel is the default. */
export interface Question {
  readonly title: string
  readonly message: string
  readonly confirm: string
  readonly danger?: boolean
}

export const useConfirm = defineStore('confirm', () => {
  const question = shallowRef<Question | null>(null)
  let answer: ((yes: boolean) => void) | null = null

  function ask(next: Question): Promise<boolean> {
    reply(false)
    question.value = next
    return new Promise((resolve) => (answer = resolve))
  }

  function reply(yes: boolean): void {
    question.value = null
    answer?.(yes)
    answer = null
  }

  return { question, ask, reply }
})
