/** A rate over fewer students than this says next to nothing: it is shown, but greyed out. */
export const minimumSupport = 10
