import { z } from 'zod'

/** Zod compiles parsers with `new Function` unless told not to; the page's CSP forbids that. Imported before any schema parses. */
z.config({ jitless: true })
