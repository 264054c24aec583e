import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Devnet, startDevnet } from "../../devnet/src/devnet.ts";
import { FIRST_MODEL } from "../../devnet/src/first-answer.ts";
import { startObserver } from "../../devnet/src/nodes.ts";
import { Ports } from "../../devnet/src/ports.ts";
import { METRICS, type MeasuredRole, type MetricKind } from "../../node/src/observe/metric-table.ts";
import { startChain } from "../support/chain.ts";
import { dashboardQueries, ruleQueries } from "../support/deploy-queries.ts";
import { secretsInLogs } from "../support/log-secrets.ts";
import { eventually } from "../support/processes.ts";
import { type Sample, samplesOf } from "../support/prometheus-text.ts";
import { lacksOf } from "../support/promql.ts";
import { QUIET } from "../support/quiet-progress.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";

const REQUESTS = 100;
const AT_ONCE = 4;
/** Like nothing that a program says by itself. */
const PROMPT = "What is Lloom? (kestrel-7f3a)";
const RPC_SECRETS = ["rpc-us3r", "rpc-w0rd", "rpc-p4th", "rpc-qu3ry"];
const [USER, WORD, PATH, QUERY] = RPC_SECRETS;
const WAIT_MS = 60_000;
const OBSERVER_PORT = 9480;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** Takes what OpenTelemetry's exporter sends, as a collector does. */
async function startCollector() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  type Body = {
    readonly resourceSpans: readonly {
      readonly resource: Pick<Span, "attributes">;
      readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
    }[];
  };
  const spans = () =>
    bodies
      .flatMap((body) => (JSON.parse(body) as Body).resourceSpans)
      .flatMap(({ resource, scopeSpans }) => {
        const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue;
        return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service })));
      });
  const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, bodies, spans, [Symbol.asyncDispose]: close };
}

/** The network of `npm start`, at debug level, behind an RPC address with secrets, after a hundred requests. */
describe("a network that is watched", () => {
  const stack = new AsyncDisposableStack();
  const levelBefore = process.env["LLOOM_LOG_LEVEL"];
  const answers: string[] = [];
  const requestHashes: string[] = [];
  const scraped: Sample[] = [];
  let devnet: Devnet;
  let observerUrl: string;
  let gate: RpcGate;
  let collector: Awaited<ReturnType<typeof startCollector>>;

  const nodes = () => [
    { role: "gateway" as const, url: devnet.gateway.metricsUrl },
    ...devnet.validators.map(({ metricsUrl: url }) => ({ role: "validator" as const, url })),
    ...devnet.executors.map(({ metricsUrl: url }) => ({ role: "executor" as const, url })),
  ];
  const measured = () => [...nodes(), { role: "observer" as const, url: observerUrl }];
  const scrape = async (url: string | undefined): Promise<Sample[]> => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get("content-type")).toContain("text/plain");
    return samplesOf(await response.text());
  };
  const ask = (model: string, stream: boolean) =>
    fetch(`${devnet.gatewayUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model, stream, messages: [{ role: "user", content: PROMPT }] }),
    });
  const asked = async (stream: boolean): Promise<void> => {
    const response = await ask(FIRST_MODEL, stream);
    const body = await response.text();
    expect(response.status, body).toBe(200);
    requestHashes.push(response.headers.get("x-lloom-request") ?? "");
    answers.push(...[...body.matchAll(/"content":"((?:[^"\\]|\\.)+)"/g)].map(([, content = ""]) => content));
  };

  beforeAll(async () => {
    // Every member of the network inherits it.
    process.env["LLOOM_LOG_LEVEL"] = "debug";
    const chain = stack.use(await startChain());
    gate = stack.use(await openGate(chain.rpcUrl));
    collector = stack.use(await startCollector());
    const rpcUrl = `${gate.rpcUrl.replace("http://", `http://${USER}:${WORD}@`)}/${PATH}?key=${QUERY}`;
    const traced = ["--otlp-endpoint", collector.url];
    const flags = { executorFlags: () => traced, gatewayFlags: traced };
    devnet = stack.use(await startDevnet({ rpcUrl, progress: QUIET, signal: AbortSignal.timeout(600_000), ...flags }));
    // It comes with the pages, which nobody looks at here.
    const port = await stack.use(new Ports()).next(OBSERVER_PORT);
    observerUrl = `http://127.0.0.1:${port}`;
    await startObserver(devnet.nodeContext, devnet.bootstrap, port);
    for (let sent = 0; sent < REQUESTS; sent += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => asked(index % 2 === 0)));
    expect((await ask("no-such-model", false)).status).toBe(404);
    // A server that says its own address, and one that is away: what is logged of them holds neither.
    gate.answer = () => ({ code: -32_000, message: `no calls for ${rpcUrl}`, status: 401 });
    const failures = (): Promise<number[]> =>
      Promise.all(
        nodes().map(async ({ url }) =>
          sum(await scrape(url), "lloom_rpc_calls_total", ({ outcome }) => outcome !== "ok"),
        ),
      );
    await eventually("every node has met the failing server", WAIT_MS, async () => (await failures()).every(Boolean));
    gate.answer = () => undefined;
    await eventually("every node is ready again", WAIT_MS, async () => {
      const states = await Promise.all(nodes().map(async ({ url }) => (await fetch(`${url}/ready`)).status));
      return states.every((status) => status === 200);
    });
    await eventually("answers are settled", WAIT_MS, async () => {
      const settled = await Promise.all(devnet.executors.map(({ metricsUrl }) => scrape(metricsUrl)));
      return sum(settled.flat(), "lloom_settled_lanes_total", ({ outcome }) => outcome === "paid") > 0;
    });
    for (const { url } of measured()) scraped.push(...(await scrape(url)));
  });
  afterAll(async () => {
    if (levelBefore === undefined) delete process.env["LLOOM_LOG_LEVEL"];
    else process.env["LLOOM_LOG_LEVEL"] = levelBefore;
    await stack.disposeAsync();
  });

  it("counts every answer at the gateway and at an executor", () => {
    const successes = (role: MeasuredRole): number =>
      sum(scraped, "lloom_request_success_total", (labels) => labels["role"] === role);
    // The offers were waited for without a question; only what this test asked is there.
    expect(successes("gateway")).toBe(REQUESTS);
    expect(successes("executor")).toBeGreaterThanOrEqual(REQUESTS);
    expect(sum(scraped, "lloom_requests_refused_total") + sum(scraped, "lloom_request_failure_total")).toBeGreaterThan(
      0,
    );
    expect(sum(scraped, "lloom_spent_base_units_total")).toBeGreaterThan(0);
    expect(sum(scraped, "lloom_channel_balance_base_units")).toBeGreaterThan(0);
    expect(sum(scraped, "lloom_earned_base_units_total")).toBeGreaterThanOrEqual(
      sum(scraped, "lloom_spent_base_units_total"),
    );
  });

  it.each(["gateway", "executor", "validator", "observer"] as const)(
    "shows of a %s exactly what the table has",
    async (role) => {
      const url = measured().find((node) => node.role === role)?.url;
      const names = new Set((await (await fetch(`${url}/metrics`)).text()).match(/(?<=^# TYPE )\S+/gm));
      const wanted = Object.entries<MetricKind>(METRICS).filter(([, { roles }]) => roles.includes(role));
      expect([...names].sort()).toEqual(wanted.map(([name]) => name).sort());
    },
  );

  it("has data for every panel of the dashboard, every alert and every recorded name", () => {
    // Prometheus itself makes this one for every target.
    const samples = [...scraped, { name: "up", labels: { job: "lloom" }, value: 1 }];
    const queries = [...dashboardQueries(), ...ruleQueries("lloom.rules.yml"), ...ruleQueries("vllm.rules.yml")];
    expect(queries.length).toBeGreaterThan(60);
    const lacks = queries.flatMap(({ place, query }) => lacksOf(query, samples).map((lack) => `${place}: ${lack}`));
    expect(lacks).toEqual([]);
  });

  it("serves the gateway's metrics at its own address too, and health everywhere", async () => {
    const own = await scrape(devnet.gatewayUrl);
    expect(sum(own, "lloom_request_success_total")).toBe(REQUESTS);
    for (const { url } of nodes()) {
      expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
      expect(await (await fetch(`${url}/ready`)).json()).toEqual({ status: "ready" });
      expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    }
  });

  it("follows a request by one id through the gateway's answer, its log and the executor's log", () => {
    const last = requestHashes.at(-1) ?? "";
    expect(last).toMatch(/^0x[0-9a-f]{64}$/);
    const logOf = (name: string): string => readFileSync(join(devnet.logDir, `${name}.log`), "utf8");
    expect(logOf("gateway")).toContain(`"requestHash":"${last}"`);
    const sold = devnet.executors.filter(({ name }) => logOf(name).includes(`"requestHash":"${last}"`));
    expect(sold).toHaveLength(1);
  });

  it("traces it from the gateway to the executor to its backend, without a word of it", async () => {
    const last = requestHashes.at(-1) ?? "";
    const ofTrace = () => collector.spans().filter(({ traceId }) => traceId === last.slice(2, 34));
    await eventually("all of its spans have come", WAIT_MS, () => ofTrace().length >= 5);
    const spans = ofTrace();
    const parentOf = (name: string, service: string, index = 0) => {
      const span = spans.filter((one) => one.name === name && one.service === service)[index];
      return spans.find(({ spanId }) => spanId === span?.parentSpanId);
    };
    const chat = `chat ${FIRST_MODEL}`;
    expect(parentOf(chat, "lloom-gateway")).toMatchObject({ name: "POST /v1/chat/completions" });
    expect(parentOf("queue", "lloom-executor")).toMatchObject({ name: chat, service: "lloom-executor" });
    expect(parentOf("queue", "lloom-executor")?.parentSpanId).toBe(
      spans.find(({ name, service }) => name === chat && service === "lloom-gateway")?.spanId,
    );
    const sent = collector.bodies.join("\n");
    for (const secret of [PROMPT, ...answers.filter(isTelling)]) expect(sent).not.toContain(secret);
  });

  it("logs no prompt, no answer, no key, no password, and no RPC address but its server, at debug level", () => {
    expect(answers.filter(isTelling).length).toBeGreaterThan(0);
    expect(readFileSync(join(devnet.logDir, "gateway.log"), "utf8")).toContain('"level":20');
    expect(secretsInLogs(devnet.logDir, [PROMPT, ...RPC_SECRETS, ...answers.filter(isTelling)])).toEqual([]);
  });
});

/** Longer than a word that a log may hold by chance. */
const isTelling = (answer: string): boolean => answer.length > 16;

const sum = (
  samples: readonly Sample[],
  name: string,
  matches: (labels: Sample["labels"]) => boolean = () => true,
): number =>
  samples.filter((one) => one.name === name && matches(one.labels)).reduce((all, { value }) => all + value, 0);
