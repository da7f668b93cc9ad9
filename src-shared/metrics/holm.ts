/**
 * Holm's step-down adjustment of the p-values of one family (Holm 1979): each is multiplied by how many are not
 * smaller, kept in order and at most 1. In the order given. Throws RangeError on anything that is no p-value.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const wrong = pValues.findIndex((pValue) => !(pValue >= 0 && pValue <= 1))
  if (wrong >= 0) throw new RangeError(`pValues[${wrong}] is ${pValues[wrong]}; p-values lie between 0 and 1`)
  const adjusted = new Array<number>(pValues.length)
  const ascending = pValues.map((pValue, index) => ({ pValue, index })).sort((a, b) => a.pValue - b.pValue)
  let least = 0
  ascending.forEach(({ pValue, index }, rank) => {
    least = Math.min(1, Math.max(least, pValue * (pValues.length - rank)))
    adjusted[index] = least
  })
  return adjusted
}
