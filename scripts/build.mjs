// `npm run build`: installs if needed, then builds whatever is older than its sources.
import { prepare } from './setup.mjs'

prepare()
