import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { SETTINGS, type Settings } from "../../settings.ts";
import { benchFlags, powersUpTo } from "./bench-flags.ts";
import { mostCost } from "./bench-gateway.ts";
import { longPrompt } from "./bench-prompts.ts";
import { askGateway, gatewayModels } from "./gateway-asker.ts";
import { payingPrice } from "./price.ts";
import { type Asker, figuresOf, runRound } from "./round.ts";

const never = new AbortController().signal;

it("a price pays for the hour: so many tokens at that price are what the hour costs", () => {
  const speed = { inboundPerSecond: 1_000, outboundPerSecond: 20 };
  // 72 000 answer tokens an hour.
  expect(payingPrice(speed, 0.36, 1)).toEqual({ busy: 1, inboundPrice: "0.1", outboundPrice: "5" });
  expect(payingPrice(speed, 0.36, 0.5)).toEqual({ busy: 0.5, inboundPrice: "0.2", outboundPrice: "10" });
  expect(payingPrice({ ...speed, outboundPerSecond: 0 }, 1, 1)).toBeUndefined();
});

it("a price is rounded up, to three digits and what a token of payment has", () => {
  const price = (hourCost: number) => payingPrice({ inboundPerSecond: 300, outboundPerSecond: 7 }, hourCost, 1);
  expect(price(1)).toMatchObject({ inboundPrice: "0.926", outboundPrice: "39.7" });
  expect(price(0.000_001)).toMatchObject({ inboundPrice: "0.000001", outboundPrice: "0.00004" });
  expect(price(90_000)?.outboundPrice).toBe("3571429");
});

it("figures are of all calls together, and of the time to the first text half and nine of ten", () => {
  const calls = [5, 1, 9, 3, 7].map((firstMs) => ({ firstMs, inboundTokens: 10, outboundTokens: 4, cost: 2n }));
  expect(figuresOf(calls, 2_000)).toEqual({
    ...{ answered: 5, firstMedianMs: 5, firstNinthMs: 9, inboundTokens: 50, outboundTokens: 20, cost: 10n },
    ...{ inboundPerSecond: 25, outboundPerSecond: 10 },
  });
  expect(figuresOf([], 0)).toMatchObject({ answered: 0, firstMedianMs: 0, outboundPerSecond: 0 });
});

it("a round asks as often as it says, never more at once, and counts what failed", async () => {
  let [now, most] = [0, 0];
  const prompts: string[] = [];
  const ask: Asker = async (prompt) => {
    now += 1;
    most = Math.max(most, now);
    prompts.push(prompt);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    if (prompt === "3") throw new LloomError("QUEUE_FULL", "Full.");
    return { firstMs: 1, inboundTokens: 1, outboundTokens: 1 };
  };
  const result = await runRound(ask, { parallel: 3, calls: 7, prompt: String, maxTokens: 1 }, never);
  expect(result).toMatchObject({ parallel: 3, answered: 6, failed: 1, failure: { code: "QUEUE_FULL" } });
  expect(most).toBe(3);
  expect(prompts.sort()).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
});

it("no prompt begins as another one does, so that no server has read it before", () => {
  const first = Array.from({ length: 50 }, (_, index) => longPrompt(20, index, 7).slice(0, 10));
  expect(new Set(first).size).toBe(50);
  expect(longPrompt(200, 1, 7).split(" ")).toHaveLength(200);
});

it("numbers at once are doubled up to the last, or those that are given", () => {
  expect(powersUpTo(1)).toEqual([1]);
  expect(powersUpTo(6)).toEqual([1, 2, 4, 6]);
  const settings = { concurrency: SETTINGS.concurrency.fallback } as Settings;
  const levels = (parallel: string) => benchFlags({ settings, flags: { parallel } }).parallel;
  expect(levels("8, 1")).toEqual([8, 1]);
  for (const wrong of ["0", "1,,2", "x", "2000", "1.5"])
    expect(() => levels(wrong)).toThrow(expect.objectContaining({ code: "COMMAND_INVALID" }));
});

it("what may be paid is told with the dearest seller that is asked, each answer rounded up", () => {
  const prices = { inboundPrice: 100_000n, outboundPrice: 400_000n };
  // (856 + 144) prompt and 64 answer tokens at twice the price: 251.2 each.
  expect(mostCost(prices, { calls: 3n, promptBytes: 856n, flags: { maxTokens: 64 } })).toBe(756n);
});

const asked: { body: string; key: string | undefined }[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on("end", () => {
    asked.push({ body, key: request.headers.authorization });
    const lloom = { inboundPrice: "100", outboundPrice: "400", token: "tUSD", decimals: 6 };
    if (request.url === "/v1/models") {
      response.end(JSON.stringify({ data: [{ id: "tiny", lloom }] }));
      return;
    }
    if (body.includes("dear")) {
      response.writeHead(503).end(JSON.stringify({ error: { message: "Nobody sells for that.", code: "x" } }));
      return;
    }
    const chunks = [
      { choices: [{ delta: { role: "assistant", content: "" } }] },
      { choices: [{ delta: { content: "Io" } }] },
      { choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 }, lloom: { cost: "17" } },
    ];
    response.end(`${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`);
  });
});
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

it("a gateway is asked with a bound on its price, and says what its answer came to", async () => {
  const gateway = { url, apiKey: "secret" };
  expect(await gatewayModels(gateway, never)).toEqual([
    { model: "tiny", inboundPrice: 100n, outboundPrice: 400n, token: { symbol: "tUSD", decimals: 6 } },
  ]);
  const ask = askGateway(gateway, "tiny", { inbound: "0.0002", outbound: "0.0008" });
  expect(await ask("Name a moon.", 9, never)).toMatchObject({ inboundTokens: 12, outboundTokens: 3, cost: 17n });
  const last = asked.at(-1) ?? expect.fail("It was asked.");
  expect(JSON.parse(last.body)).toMatchObject({
    ...{ model: "tiny", max_tokens: 9, stream: true },
    provider: { max_price: { prompt: "0.0002", completion: "0.0008" } },
  });
  expect(last.key).toBe("Bearer secret");
  await expect(ask("dear", 9, never)).rejects.toMatchObject({ message: expect.stringContaining("Nobody sells") });
});

it("what is no gateway is told so", async () => {
  await expect(gatewayModels({ url: "http://127.0.0.1:1", apiKey: undefined }, never)).rejects.toMatchObject({
    code: "EXECUTOR_UNREACHABLE",
  });
});
