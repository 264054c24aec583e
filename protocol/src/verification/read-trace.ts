/** Whether a trace can be that of an answer at all: the first look at it, which needs no reference but the vocabulary. */
import type { Hex } from "../commitment-types.ts";
import { decodeTraceLeaf, type TraceLeaf, traceRoot } from "../trace.ts";
import { hasIds, type WrittenLeaf } from "./scored-place.ts";

/** Tokens that an answer may have besides those that are charged: the end, a stop string, bytes of a character that was cut. */
const TOKENS_BESIDE = 300;

export interface TraceToRead {
  /** As the executor gave them, in order. */
  readonly leaves: readonly Uint8Array[];
  /** What it signed. */
  readonly traceRoot: Hex;
  readonly outboundTokens: bigint;
  /** What it delivered. */
  readonly text: string;
  readonly stop: readonly string[];
  /** The text of tokens by the offered vocabulary, after the prompt; `undefined` if it lacks one of them. */
  readonly textOf: (tokens: readonly number[]) => string | undefined;
}

/** The leaves, or why the executor's statement cannot be true. */
export type TraceRead = { readonly leaves: readonly WrittenLeaf[] } | { readonly problem: string };

/** Reads a trace whose leaves name tokens by id; one by bytes is `undefined`: no reference can be held against it. */
export function readTrace(trace: TraceToRead): TraceRead | undefined {
  const { leaves: encoded, text, textOf, stop } = trace;
  if (traceRoot(encoded) !== trace.traceRoot) return { problem: "The leaves are not those of the signed trace." };
  const leaves = encoded.map(decoded);
  if (leaves.some((leaf, index) => leaf?.index !== index))
    return { problem: "A leaf of the trace says nothing, or stands elsewhere." };
  const told = leaves.filter((leaf) => leaf !== undefined);
  if (!told.every(hasIds)) return undefined;
  if (BigInt(told.length) > 4n * trace.outboundTokens + BigInt(TOKENS_BESIDE))
    return { problem: "The trace has far more tokens than the text." };
  const written = textOf(told.map(({ token }) => token));
  if (written === undefined) return { problem: "The trace has tokens that the vocabulary does not have." };
  if (!isDelivered({ written, text, stop })) return { problem: "The text is not that of the trace's tokens." };
  return { leaves: told };
}

function decoded(bytes: Uint8Array): TraceLeaf | undefined {
  try {
    return decodeTraceLeaf(bytes);
  } catch {
    return undefined;
  }
}

/** All that was written was delivered, but for a stop string with what followed it in its token, and a character that was cut off. */
function isDelivered({
  written,
  text,
  stop,
}: { readonly written: string } & Pick<TraceToRead, "text" | "stop">): boolean {
  if (!written.startsWith(text)) return false;
  const rest = written.slice(text.length);
  return rest === "" || /^\uFFFD+$/.test(rest) || stop.some((one) => rest.startsWith(one));
}
