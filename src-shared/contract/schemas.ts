import { z } from 'zod'

/** Schemas that several services share. */
export const nothing = z.object({}).strict()
export const id = z.int().positive()
export const path = z.string().min(1).max(32_767)
export const name = z.string().trim().min(1).max(200)
export const box = z.object({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() })
export const device = z.enum(['auto', 'cuda', 'cpu'])
/** `pixelated` hides the upper 45 % of every student's box; showing faces is an explicit, recorded choice. */
export const faces = z.enum(['pixelated', 'shown'])

export type Device = z.infer<typeof device>
export type Faces = z.infer<typeof faces>
