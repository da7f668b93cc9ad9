/** The wanted entries of a gzipped tar archive; `wanted` gives each entry's largest size in bytes. */
export function readTarball(file: string, wanted: ReadonlyMap<string, number>): Promise<Map<string, Buffer>>
