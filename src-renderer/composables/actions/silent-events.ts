/** Input types that take no text: their keys are free apart from Space and Enter. */
const buttonLike = new Set(['checkbox', 'radio', 'button', 'submit', 'range', 'color'])
const openOverlay =
  '[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"], [role="menu"][data-state="open"], [role="listbox"][data-state="open"]'
const ownsSpaceAndEnter =
  'button, a[href], summary, [role="button"], [role="menuitem"], [role="option"], [role="radio"], [role="checkbox"], [role="switch"], [role="tab"], input'

/** What makes a key press mean something other than an action. */
export interface Silence {
  readonly composing: boolean
  readonly typing: boolean
  readonly overlay: boolean
  /** Space or Enter on a control that acts on them itself. */
  readonly control: boolean
}

/** Why actions should keep quiet for this event: IME composition, a text field, an open dialog or menu, a focused control. */
export function silenceOf(event: KeyboardEvent): Silence {
  const target = event.target instanceof Element ? event.target : null
  return {
    composing: event.isComposing || event.keyCode === 229,
    typing: target !== null && isTextField(target),
    overlay: document.querySelector(openOverlay) !== null,
    control:
      (event.key === ' ' || event.key === 'Enter') && !hasModifier(event) && target?.closest(ownsSpaceAndEnter) != null,
  }
}

const hasModifier = (event: KeyboardEvent) => event.ctrlKey || event.metaKey || event.altKey

function isTextField(element: Element): boolean {
  if (element instanceof HTMLInputElement) return !buttonLike.has(element.type)
  return element.matches('textarea, select, [contenteditable]:not([contenteditable="false"])')
}
