import { ref, type Ref } from 'vue'

export type SelectHow = 'only' | 'toggle' | 'extend'
export type CropSelection = ReturnType<typeof useCropSelection>

/** Which cards of a wall are selected, and the one that the keys start from. */
export function useCropSelection(cards: Ref<readonly { readonly studentId: number }[]>) {
  const selected = ref(new Set<number>())
  const active = ref(0)
  let anchor = 0

  /** Selects one card, or with `extend` everything from the anchor to it. */
  function select(at: number, how: SelectHow = 'only'): void {
    const card = cards.value[at]
    if (!card) return
    if (how === 'extend') {
      const [from, to] = [Math.min(anchor, at), Math.max(anchor, at)]
      selected.value = new Set(cards.value.slice(from, to + 1).map((one) => one.studentId))
    } else if (how === 'toggle') {
      const next = new Set(selected.value)
      if (!next.delete(card.studentId)) next.add(card.studentId)
      selected.value = next
      anchor = at
    } else {
      selected.value = new Set([card.studentId])
      anchor = at
    }
    active.value = at
  }

  function selectAll(): void {
    selected.value = new Set(cards.value.map((card) => card.studentId))
  }

  /** Nobody, from the first card. */
  function reset(): void {
    selected.value = new Set()
    active.value = 0
    anchor = 0
  }

  /** Lets go of cards that are no longer there. */
  function prune(): void {
    const known = new Set(cards.value.map((card) => card.studentId))
    selected.value = new Set([...selected.value].filter((id) => known.has(id)))
    active.value = Math.min(active.value, Math.max(0, cards.value.length - 1))
  }

  return { selected, active, select, selectAll, reset, prune }
}
