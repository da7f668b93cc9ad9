/** What long work in the compute process yields: how far it is, then its result once. */
export type Progress<Result> =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number | null }
  | { readonly kind: 'result'; readonly result: Result }
