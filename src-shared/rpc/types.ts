import type { z } from 'zod'
import type { AppErrorData } from '#shared/contract/app-error.ts'
import type { Call, Contract, Procedure, Stream } from '#shared/contract/procedure.ts'

/** Anything that carries whole messages both ways, in order: a MessagePort, a WebSocket, a child process. */
export interface Channel {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, when no more messages will come. */
  onClose(listener: () => void): void
}

export interface CallContext {
  /** Aborted when the caller cancels; a stream's also when its channel closes. */
  readonly signal: AbortSignal
}

export type Handler<P extends Procedure> =
  P extends Call<infer Input, infer Output>
    ? (input: z.output<Input>, context: CallContext) => Output | Promise<Output>
    : P extends Stream<infer Input, infer Output>
      ? (input: z.output<Input>, context: CallContext) => AsyncIterable<Output>
      : never

export type Handlers<C extends Contract> = {
  readonly [S in keyof C]: { readonly [P in keyof C[S]]: Handler<C[S][P]> }
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

export type ClientProcedure<P extends Procedure> =
  P extends Call<infer Input, infer Output>
    ? (input: z.input<Input>, options?: CallOptions) => Promise<Output>
    : P extends Stream<infer Input, infer Output>
      ? (input: z.input<Input>, options?: CallOptions) => AsyncIterable<Output>
      : never

export type Client<C extends Contract> = {
  readonly [S in keyof C]: { readonly [P in keyof C[S]]: ClientProcedure<C[S][P]> }
}

/** What the caller sends. */
export type Request =
  | { readonly kind: 'start'; readonly id: number; readonly procedure: string; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number }

/** What the server answers: any number of `next` (streams only), then one `done` or `error`. */
export type Response =
  | { readonly kind: 'next'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: AppErrorData }
