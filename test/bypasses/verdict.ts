/** What a CheckResponse says, as far as attacks are concerned. */
export interface Verdict {
  /** `x-sallyport-reason` of a denial, or the code of a gRPC error, which no call should get; `undefined` for what is let through. */
  readonly refused: string | undefined;
  readonly status: number;
  /** Names of the headers that the service gets from us. */
  readonly set: readonly string[];
  readonly removed: readonly string[];
}

interface Header {
  readonly header?: { readonly key?: string; readonly value?: string };
}

interface Response {
  readonly grpcError?: number;
  readonly deniedResponse?: { readonly status?: { readonly code?: number }; readonly headers?: readonly Header[] };
  readonly okResponse?: { readonly headers?: readonly Header[]; readonly headersToRemove?: readonly string[] };
}

/** Reads a decoded CheckResponse. */
export function readVerdict(response: Response): Verdict {
  const { deniedResponse, okResponse } = response;
  if (okResponse !== undefined && deniedResponse === undefined && response.grpcError === undefined) {
    return {
      refused: undefined,
      status: 200,
      set: (okResponse.headers ?? []).map(({ header }) => header?.key ?? ""),
      removed: okResponse.headersToRemove ?? [],
    };
  }
  const reason = deniedResponse?.headers?.find(({ header }) => header?.key === "x-sallyport-reason")?.header?.value;
  return {
    refused: reason ?? `gRPC error ${response.grpcError ?? "without a code"}`,
    status: deniedResponse?.status?.code ?? 0,
    set: [],
    removed: [],
  };
}
