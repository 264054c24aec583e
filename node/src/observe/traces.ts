import type { Attributes, Context, SpanContext } from "@opentelemetry/api";
import type { Log } from "../log.ts";
import { steadyClock, wallClock } from "../primitives/clock.ts";
import { PROBES } from "../primitives/probes.ts";
import { traceIds } from "../primitives/trace-ids.ts";
import type { MeasuredRole } from "./metric-table.ts";
import { type PlannedSpan, spansOfCalled, spansOfServed, spansOfTried } from "./span-plan.ts";

export interface TraceOptions {
  readonly role: MeasuredRole;
  readonly version: string;
  /** Base address of an OTLP collector over HTTP, as OTEL_EXPORTER_OTLP_ENDPOINT has it; `/v1/traces` is added. */
  readonly endpoint: string;
  readonly log: Log;
}

/** How long the last spans may take to leave when the node stops. */
const FAREWELL_MS = 2_000;

/**
 * Sends a span for every request, try and call to a collector, until it is disposed of. The libraries are loaded here, so that
 * a node without traces does not have them. Spans are made when all is over: nothing of it stands in an answer's way.
 */
export async function openTraces({ role, version, endpoint, log }: TraceOptions): Promise<AsyncDisposable> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const warn = (problem: string): void => log.warn({ problem }, "traces cannot be sent");
  const ignore = (): void => undefined;
  api.diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, api.DiagLogLevel.WARN);
  const ids = new GivenIds(new sdk.RandomIdGenerator());
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
  const provider = new sdk.TracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({ "service.name": `lloom-${role}`, "service.version": version }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("lloom", version);
  const kinds = { server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT, internal: api.SpanKind.INTERNAL };
  const contextOf = (traceId: string, spanId: string): SpanContext => ({
    ...{ traceId, spanId, traceFlags: api.TraceFlags.SAMPLED, isRemote: true },
  });
  const under = ({ traceId, parentId }: PlannedSpan): Context =>
    traceId === undefined || parentId === undefined
      ? api.ROOT_CONTEXT
      : api.trace.setSpanContext(api.ROOT_CONTEXT, contextOf(traceId, parentId));
  const send = (planned: PlannedSpan): void => {
    const aheadMs = wallClock() - steadyClock();
    const links = planned.links.map((hash) => ({ context: contextOf(traceIds(hash).trace, traceIds(hash).attempt) }));
    const attributes = planned.attributes as Attributes;
    ids.give(planned);
    const options = { kind: kinds[planned.kind], startTime: planned.startMs + aheadMs, attributes, links };
    const span = tracer.startSpan(planned.name, options, under(planned));
    const problem = planned.attributes["error.type"];
    if (typeof problem === "string") span.setStatus({ code: api.SpanStatusCode.ERROR, message: problem });
    span.end(planned.endMs + aheadMs);
  };
  const stack = new AsyncDisposableStack();
  stack.defer(async () => {
    const late = new Promise<void>((resolve) => void setTimeout(resolve, FAREWELL_MS).unref());
    await Promise.race([provider.shutdown().catch(ignore), late]);
    api.diag.disable();
  });
  stack.use(PROBES.served.listen((fact) => spansOfServed(fact).forEach(send)));
  stack.use(PROBES.tried.listen((fact) => spansOfTried(fact).forEach(send)));
  stack.use(PROBES.called.listen((fact) => spansOfCalled(fact).forEach(send)));
  return stack;
}

interface Ids {
  generateTraceId(): string;
  generateSpanId(): string;
}

/** Gives the next span the ids that were planned for it, and any other ones where none were. */
class GivenIds implements Ids {
  readonly #random: Ids;
  #next: Pick<PlannedSpan, "traceId" | "spanId"> | undefined;

  constructor(random: Ids) {
    this.#random = random;
  }

  give(planned: Pick<PlannedSpan, "traceId" | "spanId">): void {
    this.#next = planned;
  }

  generateTraceId(): string {
    return this.#next?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    const given = this.#next?.spanId;
    return given ?? this.#random.generateSpanId();
  }
}
