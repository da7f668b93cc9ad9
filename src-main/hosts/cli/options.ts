import { Option } from 'commander'

// What several commands take, in the same words.

export const deviceOption = (): Option =>
  new Option('--device <device>', 'where to run').choices(['auto', 'cuda', 'cpu']).default('auto')

export const noiseOption = (): Option =>
  new Option('--noise <which>', "GroupRec's: seed:N, none, or mean:N for the mean of N draws").default('seed:0')

export const runOption = (): Option => new Option('--model <name>', 'name of the run; the newest by default')

export const facesOption = (): Option =>
  new Option('--show-faces', 'leave faces as they are; they are pixelated otherwise')

export const headConfigOption = (whose: string): Option =>
  new Option('--config <file>', `${whose} config (.yaml), or a .json with a model section`)
