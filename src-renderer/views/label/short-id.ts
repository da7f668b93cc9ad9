/** A student's id as people read it: without the photo's name, which many files put before it (`166_12` in `166.jpg` is 12). */
export function shortId(bboxId: string, sceneName: string): string {
  const stem = sceneName.replace(/\.[^.]+$/, '')
  const rest = bboxId.startsWith(stem) ? bboxId.slice(stem.length).replace(/^[_\-:./ ]+/, '') : bboxId
  return rest === '' ? bboxId : rest
}
