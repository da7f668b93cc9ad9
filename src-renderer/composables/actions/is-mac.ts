/** Whether keys are drawn with the signs of a Mac. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform)
