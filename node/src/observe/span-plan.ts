import type { Hex } from "@lloom/protocol/commitment-types";
import type { CalledFact, ServedFact, TriedFact } from "../primitives/probes.ts";
import { traceIds } from "../primitives/trace-ids.ts";

/** A span that is over, before any library has to do with it. Times are the steady clock's, in milliseconds. */
export interface PlannedSpan {
  readonly name: string;
  readonly kind: "server" | "client" | "internal";
  /** Undefined: any. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Requests whose traces belong to the same call. */
  readonly links: readonly Hex[];
}

/** OpenTelemetry's names for generative AI, and its own of errors; those of Lloom say what has no name there. */
const NAMES = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  finishReasons: "gen_ai.response.finish_reasons",
  firstChunk: "gen_ai.response.time_to_first_chunk",
  isStream: "gen_ai.request.stream",
  error: "error.type",
} as const;

type TracedFact = ServedFact | TriedFact | CalledFact;

function attributesOf(fact: TracedFact, provider: string): PlannedSpan["attributes"] {
  const { model, code, finishReason, inboundTokens, outboundTokens, startedAtMs, firstTextAtMs } = fact;
  return {
    [NAMES.operation]: "chat",
    [NAMES.provider]: provider,
    [NAMES.requestModel]: model,
    ...(firstTextAtMs !== undefined && { [NAMES.firstChunk]: (firstTextAtMs - startedAtMs) / 1000 }),
    ...(code !== undefined && { [NAMES.error]: code }),
    ...(finishReason !== undefined && {
      [NAMES.responseModel]: model,
      [NAMES.inputTokens]: inboundTokens,
      [NAMES.outputTokens]: outboundTokens,
      [NAMES.finishReasons]: [finishReason],
      "lloom.cost_base_units": String(fact.cost),
    }),
  };
}

/** At the executor: the request, its wait for its turn, and the backend's work. */
export function spansOfServed(fact: ServedFact): PlannedSpan[] {
  const { requestHash, model, backend, startedAtMs, beganAtMs, endedAtMs } = fact;
  const { trace, attempt, served: spanId, backend: backendSpanId } = traceIds(requestHash);
  const base = { traceId: trace, links: [], parentId: spanId, spanId: undefined };
  const request: PlannedSpan = {
    ...base,
    ...{ name: `chat ${model}`, kind: "server", spanId, parentId: attempt },
    ...{ startMs: startedAtMs, endMs: endedAtMs },
    attributes: { ...attributesOf(fact, "lloom"), "lloom.request_hash": requestHash },
  };
  const waitedUntil = beganAtMs ?? endedAtMs;
  const queue: PlannedSpan = {
    ...base,
    ...{ name: "queue", kind: "internal", startMs: startedAtMs, endMs: waitedUntil, attributes: {} },
  };
  if (beganAtMs === undefined) return [request, queue];
  const answer: PlannedSpan = {
    ...base,
    // A backend was told this id: its own spans stand below.
    ...{ name: `chat ${model}`, kind: "client", spanId: backendSpanId, startMs: beganAtMs, endMs: endedAtMs },
    attributes: attributesOf(fact, backend),
  };
  return [request, queue, answer];
}

/** At the client: one try. A failed one begins a trace; the one that answered belongs to its call's. */
export function spansOfTried(fact: TriedFact): PlannedSpan[] {
  const { requestHash, model, executor, attempt, startedAtMs, endedAtMs, code } = fact;
  const ids = requestHash && traceIds(requestHash);
  return [
    {
      ...{ name: `chat ${model}`, kind: "client", startMs: startedAtMs, endMs: endedAtMs, links: [] },
      ...{ traceId: ids?.trace, spanId: ids?.attempt, parentId: code === undefined ? ids?.call : undefined },
      attributes: {
        ...attributesOf(fact, "lloom"),
        "lloom.executor": executor,
        "lloom.attempt": attempt,
        ...(requestHash !== undefined && { "lloom.request_hash": requestHash }),
      },
    },
  ];
}

/** At the gateway: the call, in the trace of the last request that was signed for it, linked to those of the others. */
export function spansOfCalled(fact: CalledFact): PlannedSpan[] {
  const { requestId, route, requestHashes, isStream, startedAtMs, endedAtMs } = fact;
  const last = requestHashes.at(-1);
  const ids = last && traceIds(last);
  return [
    {
      ...{ name: `POST ${route}`, kind: "server", startMs: startedAtMs, endMs: endedAtMs },
      ...{ traceId: ids?.trace, spanId: ids?.call, parentId: undefined, links: requestHashes.slice(0, -1) },
      attributes: {
        "http.request.method": "POST",
        "http.route": route,
        ...attributesOf(fact, "lloom"),
        [NAMES.isStream]: isStream,
        "lloom.request_id": requestId,
      },
    },
  ];
}
