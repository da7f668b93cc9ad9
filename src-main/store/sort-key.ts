/** Orders paths as people do: case aside, and `2.jpg` before `10.jpg` because runs of digits are padded. */
export function sortKey(path: string): string {
  return path.toLowerCase().replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(12, '0'))
}
