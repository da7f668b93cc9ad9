import type { HeadConfig } from '#main/onnx/architectures/config.ts'

/** The modality that holds the photo's running index, by which a graph head tells scenes apart; null where it has none. */
export function photoModality({ parameters, modalities }: HeadConfig): string | null {
  if (!('graphK' in parameters) || parameters.graphK <= 0) return null
  return modalities.some(({ name }) => name === parameters.imageIdModality) ? parameters.imageIdModality : null
}

/** Whether what a row gives depends on the other rows of its forward. */
export const mixesRows = ({ parameters }: HeadConfig): boolean => 'graphK' in parameters && parameters.graphK > 0
