/** Said wherever the sample's figures are shown. The project keeps it in English; what shows it translates it. */
export const sampleNote =
  'Synthetic sample: drawn classrooms, drawn students and features fitted to them. No photo, no person and no measurement in it is real.'
