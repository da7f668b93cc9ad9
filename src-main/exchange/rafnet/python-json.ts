/** Texts are matched first, so that what stands inside them stays. */
const pythonOnly = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g

/** JSON as Python writes it: bare NaN and Infinity are read as null. Throws SyntaxError. */
export const parsePythonJson = (text: string): unknown =>
  JSON.parse(text.replace(pythonOnly, (match) => (match.startsWith('"') ? match : 'null'))) as unknown
