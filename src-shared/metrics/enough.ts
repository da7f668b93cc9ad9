/** A rate over fewer students than this says next to nothing: it is shown, but greyed out. */
export const minimumSupport = 10

/** The bootstrap of fewer scenes than this is known to promise too much (Cameron, Gelbach and Miller 2008). */
export const enoughScenes = 20
