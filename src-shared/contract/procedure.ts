import type { z } from 'zod'

/** A call: one input, one answer. The type of the answer is a promise of the server, so only the input is parsed. */
export interface Call<Input extends z.ZodType, Output> {
  readonly kind: 'call'
  readonly input: Input
  readonly output?: Output
}

/** A stream: one input, values until either side ends it. */
export interface Stream<Input extends z.ZodType, Output> {
  readonly kind: 'stream'
  readonly input: Input
  readonly output?: Output
}

export type Procedure = Call<z.ZodType, unknown> | Stream<z.ZodType, unknown>
export type Service = Readonly<Record<string, Procedure>>
export type Contract = Readonly<Record<string, Service>>

/** `call(input)<Output>()`: the input schema is inferred, the output type is named. */
export const call =
  <Input extends z.ZodType>(input: Input) =>
  <Output>(): Call<Input, Output> => ({ kind: 'call', input })

export const stream =
  <Input extends z.ZodType>(input: Input) =>
  <Output>(): Stream<Input, Output> => ({ kind: 'stream', input })
