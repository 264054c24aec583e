import { afterEach, beforeEach, expect, it } from "vitest";
import { ASK, post, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import { shownReset } from "./keys/limit-headers.ts";

const PAGE = "https://app.example";
let staged: StagedGateway;
beforeEach(() => {
  staged = stageGateway();
});
afterEach(() => staged[Symbol.asyncDispose]());

const preflight = (url: string, headers: Record<string, string>): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "OPTIONS",
    headers: { "access-control-request-method": "POST", ...headers },
  });
const allowed = ({ headers }: Response): string[] =>
  [...headers.keys()].filter((name) => name.startsWith("access-control-"));

it("lets pages of named origins in, whose preflight needs no key, and no others", async () => {
  const gateway = await staged.start({ corsOrigins: [PAGE], apiKeys: ["secret"] });
  const wanted = "authorization,content-type,x-stainless-os";
  const asked = await preflight(gateway.url, { origin: PAGE, "access-control-request-headers": wanted });
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-origin")).toBe(PAGE);
  expect(asked.headers.get("access-control-allow-headers")).toBe(wanted);
  expect(asked.headers.get("access-control-allow-private-network")).toBeNull();
  const home = { origin: PAGE, "access-control-request-private-network": "true" };
  expect((await preflight(gateway.url, home)).headers.get("access-control-allow-private-network")).toBe("true");
  const strange = await preflight(gateway.url, { origin: "https://evil.example" });
  expect([strange.status, allowed(strange), strange.headers.get("vary")]).toEqual([401, [], "origin"]);
  for (const authorization of ["Bearer secret", "Bearer wrong"]) {
    const answer = await post(gateway, { ...ASK, stream: true }, { headers: { origin: PAGE, authorization } });
    await answer.text();
    expect(answer.status).toBe(authorization === "Bearer secret" ? 200 : 401);
    expect(answer.headers.get("access-control-allow-origin")).toBe(PAGE);
    expect(answer.headers.get("access-control-expose-headers")).toContain("x-lloom-cost");
  }
  expect(staged.client.asked).toHaveLength(1);
});

it("says of every answer how many may be asked at once, where no key has a rate of its own", async () => {
  const gateway = await staged.start({ maxConcurrent: 5 });
  for (const body of [ASK, { ...ASK, stream: true }, {}]) {
    const answer = await post(gateway, body);
    await answer.text();
    const limits = ["limit", "remaining", "reset"].map((what) => answer.headers.get(`x-ratelimit-${what}-requests`));
    expect(limits).toEqual(["5", "4", "0s"]);
  }
});

it("writes a time as OpenAI does", () => {
  expect([0, 250, 1_000, 59_001, 90_000].map(shownReset)).toEqual(["0s", "250ms", "1s", "1m0s", "1m30s"]);
});
