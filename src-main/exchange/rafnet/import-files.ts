/** Names below an import's folder, beside `<modality>.bin`. */
export const importFiles = {
  /** The source with None for every modality. */
  form: 'form.pkl',
  contextForm: 'context-form.pkl',
  /** The source's labels, little-endian int32 by row; missing where it has none. */
  labels: 'labels.bin',
} as const
