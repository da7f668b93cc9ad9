/** Rounds as Python's round() and OpenCV's cvRound do: a half goes to the even neighbour. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const beyond = value - below
  if (beyond !== 0.5) return beyond < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}
