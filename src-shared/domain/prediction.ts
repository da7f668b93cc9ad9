/** What one run said of one student. `logits` and `probabilities` have one entry per class: [classes]. */
export interface Prediction {
  readonly runId: number
  readonly classIndex: number
  readonly logits: readonly number[]
  readonly probabilities: readonly number[]
  /** Gate weight per fused modality, in the model's order: [modalities]; null for heads without a gate. */
  readonly gate: readonly number[] | null
}
