/** How the learning rate changes over the epochs. */
export type SchedulerOptions =
  | { readonly kind: 'constant' }
  | { readonly kind: 'plateau'; readonly factor: number; readonly patience: number; readonly mode: 'max' | 'min' }
  | { readonly kind: 'cosine'; readonly period: number; readonly minimum: number }

/** Where a scheduler stands after some epochs; plain data, kept in the state file. */
export interface SchedulerState {
  readonly epochs: number
  readonly learningRate: number
  /** Plateau: the best metric so far, and epochs since without a better one. */
  readonly best: number | null
  readonly badEpochs: number
}

/** Relative change that counts as better (PyTorch's default threshold). */
const threshold = 1e-4

/** Changes of the rate below this are left out (PyTorch's `eps` of ReduceLROnPlateau). */
const smallestChange = 1e-8

export const startSchedule = (learningRate: number): SchedulerState => ({
  epochs: 0,
  learningRate,
  best: null,
  badEpochs: 0,
})

/** The schedule after one more epoch whose validation metric was `metric`. */
export function advanceSchedule(
  options: SchedulerOptions,
  state: SchedulerState,
  start: { readonly learningRate: number; readonly metric: number },
): SchedulerState {
  const epochs = state.epochs + 1
  if (options.kind === 'constant') return { ...state, epochs }
  if (options.kind === 'cosine') {
    const { minimum, period } = options
    // Stepped by epoch; RAFNet hands the metric to the cosine schedule by mistake.
    const share = (1 + Math.cos((Math.PI * epochs) / period)) / 2
    return { ...state, epochs, learningRate: minimum + (start.learningRate - minimum) * share }
  }
  return { ...plateau(options, state, start.metric), epochs }
}

/** ReduceLROnPlateau: more than `patience` epochs in a row without a better metric cut the rate and start counting anew. */
function plateau(
  { factor, patience, mode }: Extract<SchedulerOptions, { kind: 'plateau' }>,
  state: SchedulerState,
  metric: number,
): SchedulerState {
  const { best } = state
  const isBetter = best === null || (mode === 'max' ? metric > best * (1 + threshold) : metric < best * (1 - threshold))
  if (isBetter) return { ...state, best: metric, badEpochs: 0 }
  if (state.badEpochs + 1 <= patience) return { ...state, badEpochs: state.badEpochs + 1 }
  const cut = state.learningRate * factor
  return { ...state, badEpochs: 0, learningRate: state.learningRate - cut > smallestChange ? cut : state.learningRate }
}
