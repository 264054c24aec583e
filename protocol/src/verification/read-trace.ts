/** Whether a trace can be that of an answer at all: the first look at it, which needs no reference but the vocabulary. */
import type { Hex } from "../commitment-types.ts";
import { openTrace } from "../evidence-check.ts";
import type { TraceLeaf } from "../trace.ts";
import { hasIds, type WrittenLeaf } from "./scored-place.ts";

/** All leaves of a trace, known to be those that were signed. */
export interface OpenedTrace {
  readonly leaves: readonly TraceLeaf[];
  /**
   * The limit that the client signed: no answer is written in more tokens. How many its text is cut into anew says nothing of that: blanks,
   * stop strings and letters may each be tokens of their own.
   */
  readonly maxOutboundTokens: bigint;
  /** What it delivered. */
  readonly text: string;
  readonly stop: readonly string[];
  /** Whether the profile promises tokens by id (`namesTokensById`). */
  readonly promisesIds: boolean;
  /** The text of tokens by the offered vocabulary, after the prompt, as it is delivered while they come; `undefined` for what it never writes. */
  readonly textOf: (tokens: readonly number[]) => string | undefined;
}

/** The same as the executor gave it. */
export interface TraceToRead extends Omit<OpenedTrace, "leaves"> {
  /** In order. */
  readonly leaves: readonly Uint8Array[];
  /** What it signed. */
  readonly traceRoot: Hex;
}

/** The leaves, or why the executor's statement cannot be true. */
export type TraceRead = { readonly leaves: readonly WrittenLeaf[] } | { readonly problem: string };

/**
 * Reads a trace whose leaves name tokens by id. One by bytes is `undefined`, since no reference can be held against it; where ids were
 * promised, it is none that the profile's backend makes.
 */
export function readTrace(trace: TraceToRead): TraceRead | undefined {
  const leaves = openTrace(trace, trace.leaves);
  if (typeof leaves === "string") return { problem: `The trace is not what was signed: ${leaves}` };
  return readOpened({ ...trace, leaves });
}

/** The same of a trace that was opened before. */
export function readOpened({
  leaves,
  maxOutboundTokens,
  text,
  stop,
  promisesIds,
  textOf,
}: OpenedTrace): TraceRead | undefined {
  if (!leaves.every(hasIds))
    return promisesIds ? { problem: "The trace names tokens by bytes, and the profile promises ids." } : undefined;
  if (BigInt(leaves.length) > maxOutboundTokens)
    return { problem: "The trace has more tokens than the request allows." };
  const written = textOf(leaves.map(({ token }) => token));
  if (written === undefined)
    return { problem: "The trace has tokens that the model does not have, or that follow its end." };
  if (!isDelivered({ written, text, stop })) return { problem: "The text is not that of the trace's tokens." };
  return { leaves };
}

/** All that was written was delivered, but for a stop string with what followed it in its token, and a character that was cut off. */
function isDelivered({
  written,
  text,
  stop,
}: { readonly written: string } & Pick<OpenedTrace, "text" | "stop">): boolean {
  if (!written.startsWith(text)) return false;
  const rest = written.slice(text.length);
  return rest === "" || /^\uFFFD+$/.test(rest) || stop.some((one) => rest.startsWith(one));
}
