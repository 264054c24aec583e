import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answering, END, failing, hanging } from "../../../test/support/staged-client.ts";
import { ASK, post, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import { LloomError } from "../errors.ts";
import { type CalledFact, PROBES } from "../primitives/probes.ts";

const DEADLINE = { timeout: 10_000 };
let staged: StagedGateway;
let stack: DisposableStack;
let began: number;
let called: CalledFact[];
let refused: string[];
beforeEach(() => {
  staged = stageGateway();
  stack = new DisposableStack();
  [began, called, refused] = [0, [], []];
  stack.use(PROBES.callBegan.listen(() => void began++));
  stack.use(PROBES.called.listen((fact) => void called.push(fact)));
  stack.use(PROBES.refused.listen(({ code }) => void refused.push(code)));
});
afterEach(async () => {
  stack.dispose();
  await staged[Symbol.asyncDispose]();
});

describe("a gateway tells whoever measures", () => {
  it("of an answer what it came to, and nothing of its text", async () => {
    staged.client.script = () => answering("Hel", "lo!");
    const gateway = await staged.start();
    const response = await post(gateway, { ...ASK, stream: true }, { headers: { "x-request-id": "mine" } });
    await response.text();
    await vi.waitFor(() => expect(called).toHaveLength(1), DEADLINE);
    expect(called[0]).toMatchObject({
      ...{
        requestId: "mine",
        route: "/v1/chat/completions",
        model: ASK.model,
        isStream: true,
        code: undefined,
        finishReason: "stop",
      },
      ...{ inboundTokens: 9, outboundTokens: 13, cost: 7n },
    });
    expect(called[0]?.firstTextAtMs).toBeGreaterThanOrEqual(called[0]?.startedAtMs ?? Number.POSITIVE_INFINITY);
    expect(JSON.stringify(called, (_, value) => String(value))).not.toContain("Hel");
    expect({ began, refused }).toEqual({ began: 1, refused: [] });
  });

  it("of a question that failed why, once, and not as a refusal", async () => {
    staged.client.script = () => failing(new LloomError("NO_EXECUTOR", "Nobody."));
    await (await post(await staged.start(), ASK)).text();
    await vi.waitFor(() => expect(called.map(({ code }) => code)).toEqual(["NO_EXECUTOR"]), DEADLINE);
    expect({ began, refused }).toEqual({ began: 1, refused: [] });
  });

  it("of a caller who left that it was cancelled", async () => {
    staged.client.script = (_, signal) => hanging(signal);
    const leave = new AbortController();
    const asking = post(await staged.start(), ASK, { signal: leave.signal }).catch(() => undefined);
    await vi.waitFor(() => expect(began).toBe(1), DEADLINE);
    leave.abort();
    await asking;
    await vi.waitFor(() => expect(called).toMatchObject([{ code: "CANCELLED" }]), DEADLINE);
  });

  it("of what it does not let in why", async () => {
    const gateway = await staged.start();
    await post(gateway, "no json");
    await fetch(`${gateway.url}/v1/elsewhere`);
    expect(refused).toEqual(["REQUEST_INVALID", "ROUTE_NOT_FOUND"]);
    expect(began).toBe(0);
  });
});

describe("an answer of a gateway", () => {
  it("names the request that was signed for it, as both logs do, and so does a failure", async () => {
    const signed = { type: "signed", requestHash: END.requestHash } as const;
    staged.client.script = async function* () {
      yield signed;
      yield* answering("Hello!");
    };
    const gateway = await staged.start();
    expect((await post(gateway, ASK)).headers.get("x-lloom-request")).toBe(END.requestHash);
    expect((await post(gateway, { ...ASK, stream: true })).headers.get("x-lloom-request")).toBe(END.requestHash);
    staged.client.script = async function* () {
      yield signed;
      throw new LloomError("BACKEND_FAILED", "It broke.");
    };
    const failed = await post(gateway, ASK);
    expect([failed.status, failed.headers.get("x-lloom-request")]).toEqual([502, END.requestHash]);
    await vi.waitFor(() => expect(staged.logged()).toContain(`"requestHashes":["${END.requestHash}"]`), DEADLINE);
  });
});

describe("a gateway's own metrics", () => {
  const metrics = async () => ({ type: "text/plain; version=0.0.4", body: "lloom_ready 1\n" });

  it("are at /metrics, as protected as everything that is not about its life", async () => {
    const open = await staged.start({ metrics });
    expect(await (await fetch(`${open.url}/metrics`)).text()).toBe("lloom_ready 1\n");
    const closed = await staged.start({ metrics, apiKeys: ["key"] });
    expect((await fetch(`${closed.url}/metrics`)).status).toBe(401);
    const known = await fetch(`${closed.url}/metrics`, { headers: { authorization: "Bearer key" } });
    expect([known.status, known.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4"]);
    expect((await fetch(`${closed.url}/ready`)).status).toBe(200);
  });

  it("are no route where nothing is measured", async () => {
    expect((await fetch(`${(await staged.start()).url}/metrics`)).status).toBe(404);
  });
});
