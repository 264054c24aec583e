import type { Hex } from "@lloom/protocol/commitment-types";

/** Ids of a request's trace and of the spans in it that more than one process names. */
export interface TraceIds {
  readonly trace: string;
  /** A gateway's call. */
  readonly call: string;
  /** The client's try. */
  readonly attempt: string;
  /** The request at its executor. */
  readonly served: string;
  /** The backend's work. */
  readonly backend: string;
}

/**
 * The ids of a request's trace are parts of its hash, which client and executor both know before either says a word: their spans
 * meet in one trace, and the wire carries nothing for it.
 */
export function traceIds(requestHash: Hex): TraceIds {
  const [trace, attempt, call] = [requestHash.slice(2, 34), requestHash.slice(34, 50), requestHash.slice(50, 66)];
  // Spans of the executor have ids of their own: the client's have those from the hash as they are.
  const [served, backend] = [0, 8].map((from) => `${trace.slice(0, 8)}${attempt.slice(from, from + 8)}`);
  return { trace, call, attempt, served: served as string, backend: backend as string };
}

/**
 * The header `traceparent` (W3C Trace Context) for whoever works on a request: its spans stand below that of the backend's work. The
 * flag says that the trace is recorded.
 */
export function traceparentOf(requestHash: Hex): string {
  const { trace, backend } = traceIds(requestHash);
  return `00-${trace}-${backend}-01`;
}
