/** What a host answers a request for an image or a report with: an HTTP response in plain data. */
export interface MediaResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}
