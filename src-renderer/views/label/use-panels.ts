import type { ShallowRef } from 'vue'

const focusable = '[data-panel-focus], input, [role="application"], button:not(:disabled), [tabindex="0"]'

/** F6 and Shift+F6: the focus goes round the panels below `root`, into each at its first place or the one it names. */
export function usePanels(root: Readonly<ShallowRef<HTMLElement | null>>) {
  function go(by: 1 | -1): void {
    const panels = [...(root.value?.querySelectorAll<HTMLElement>('[data-panel]') ?? [])]
    const here = panels.findIndex((panel) => panel.contains(document.activeElement))
    const start = here < 0 ? (by === 1 ? -1 : 0) : here
    const panel = panels[(start + by + panels.length) % panels.length]
    const target =
      panel?.querySelector<HTMLElement>('[data-panel-focus]') ?? panel?.querySelector<HTMLElement>(focusable)
    target?.focus({ preventScroll: true })
  }
  return { next: () => go(1), previous: () => go(-1) }
}
