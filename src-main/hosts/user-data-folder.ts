import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where settings and recent projects of this person lie; LECTERN_USER_DATA puts them elsewhere. */
export function userDataFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (environment['LECTERN_USER_DATA']) return environment['LECTERN_USER_DATA']
  if (platform === 'win32') return join(environment['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Lectern')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Lectern')
  return join(environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'lectern')
}
