/** How a column lay in the source pickle, so that an export writes the same container and dtype. */
export interface ArrayForm {
  /**
   * `array`: one ndarray; `objects`: an object ndarray of ndarrays; `rows`: a list of ndarrays; `scalars`: a list of numpy scalars;
   * `integers`: a list of Python ints.
   */
  readonly container: 'array' | 'objects' | 'rows' | 'scalars' | 'integers'
  /** numpy dtype with byte order, as `<f4` or `<i8`; `O` for Python ints. */
  readonly dtype: string
}
