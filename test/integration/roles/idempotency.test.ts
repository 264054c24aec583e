/** A real `lloom gateway` that is killed in the middle of calls, of payments and of a batch: nothing is paid twice, and nothing is lost. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runNode } from "../../support/processes.ts";
import { LLOOM_PROGRAM } from "../../support/program.ts";
import { fleetCases } from "./fleet-cases.ts";
import { type Gateway, killedPaymentCases } from "./killed-payment-cases.ts";
import { fund, keyIn, start } from "./launch.ts";
import { oncePassed, type ScriptedBackend, says, scriptedBackend } from "./scripted-backend.ts";
import { type Seller, until, World } from "./world.ts";

let world: World;
let backend: ScriptedBackend;
let seller: Seller;
let dir: string;
beforeAll(async () => {
  world = await World.start();
  backend = scriptedBackend(says("Paid ", "once."));
  seller = await world.seller({ backend });
  dir = await keyIn(world);
  await fund(world, dir);
}, 240_000);
afterAll(() => world[Symbol.asyncDispose]());

async function startGateway(flags: readonly string[] = [], rpcUrl = world.chain.rpcUrl, home = dir): Promise<Gateway> {
  const more = ["--bootstrap", world.anchor.multiaddrs().join(","), ...flags];
  const program = await start(world, { command: "gateway", more, dir: home, rpcUrl });
  const url = /http:\/\/\S+/.exec(program.printed())?.[0] ?? "";
  return { program, url };
}

const call = ({ url }: Gateway, key: string, content = "Weave."): Promise<Response> =>
  fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ model: "scripted", max_tokens: 16, messages: [{ role: "user", content }] }),
  });

async function kill({ program }: Gateway): Promise<void> {
  program.signal("SIGKILL");
  await program.ended;
}

async function keys(...args: string[]) {
  const program = runNode({ args: [LLOOM_PROGRAM, "keys", ...args, "--json", "--data-dir", dir] });
  const { code, stdout, stderr } = await program.ended;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe("lloom gateway, killed in a call with an Idempotency-Key", { timeout: 240_000 }, () => {
  it("after it was told, gives the same answer again and pays nothing more", async () => {
    const first = await startGateway();
    const told = await (await call(first, "told")).json();
    expect(told).toMatchObject({ choices: [{ message: { content: "Paid once." } }] });
    const asked = backend.asked.length;
    await kill(first);
    const second = await startGateway();
    expect(await (await call(second, "told")).json()).toEqual(told);
    expect(backend.asked.length).toBe(asked);
    expect(seller.store.receipts({ limit: 99 }).length).toBe(1);
    await kill(second);
  });

  it("while an executor works on it, pays for that at most, and says so once and again", async () => {
    const gate = Promise.withResolvers<void>();
    backend.script = oncePassed(gate.promise, says("Never ", "heard."));
    const asked = backend.asked.length;
    const first = await startGateway();
    const cut = call(first, "cut").catch(() => "cut");
    await until("the executor works on it", () => backend.asked.length === asked + 1, 60_000);
    await kill(first);
    expect(await cut).toBe("cut");
    gate.resolve();
    backend.script = says("Paid ", "twice.");
    const second = await startGateway();
    for (let repeat = 0; repeat < 2; repeat++) {
      const answer = await call(second, "cut");
      expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([409, "false"]);
      expect(await answer.json()).toMatchObject({
        error: {
          code: "IDEMPOTENT_CALL_LOST",
          message: expect.stringMatching(/sent to executor 0x[0-9a-f]{40}, which may cost [\d.]+ tUSD at most/),
        },
      });
    }
    expect(backend.asked.length).toBe(asked + 1);
    // Another key is another call.
    expect((await call(second, "new")).status).toBe(200);
    expect(backend.asked.length).toBe(asked + 2);
    await kill(second);
  });
});

fleetCases(() => ({ world, backend, startGateway, kill }));

killedPaymentCases(() => ({ world, backend, chain: seller.chain, startGateway, kill }));

describe("lloom gateway, killed in a call of an API key", { timeout: 240_000 }, () => {
  it("takes a key that was made beside it, holds what its call may cost over the kill, and charges answers what they cost", async () => {
    const first = await startGateway();
    const { secret } = await keys("create", "--name", "team", "--budget", "0.5");
    const ask = ({ url }: Gateway, key = secret) =>
      fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: "scripted", max_tokens: 16, messages: [{ role: "user", content: "Weave." }] }),
      });
    expect((await ask(first, "none")).status).toBe(401);
    const paid = BigInt((await ask(first)).headers.get("x-lloom-cost") ?? 0);
    expect(await keys("show", "team")).toMatchObject({ spent: String(paid), held: "0" });
    const gate = Promise.withResolvers<void>();
    backend.script = oncePassed(gate.promise, says("Never ", "heard."));
    const asked = backend.asked.length;
    const cut = ask(first).catch(() => "cut");
    await until("the executor works on it", () => backend.asked.length === asked + 1, 60_000);
    await kill(first);
    await cut;
    gate.resolve();
    backend.script = says("Paid ", "again.");
    const second = await startGateway();
    const { spent, held } = await keys("show", "team");
    expect([BigInt(spent), BigInt(held) > paid]).toEqual([paid, true]);
    expect((await ask(second)).status).toBe(200);
    expect(BigInt((await keys("show", "team")).spent)).toBeGreaterThan(paid);
    await keys("revoke", "team", "--yes");
    expect((await ask(second)).status).toBe(401);
    await kill(second);
  });
});

describe("lloom gateway, killed half way through a batch of 1 000 lines", { timeout: 240_000 }, () => {
  it("goes on where it was: no line is asked or paid twice, and none is lost", async () => {
    const LINES = 1_000;
    const asked = () => backend.asked.slice(before).map(({ messages }) => messages.at(-1)?.content ?? "");
    const before = backend.asked.length;
    backend.script = says("Woven.");
    const first = await startGateway();
    const { secret } = await keys("create", "--name", "batch");
    const clientOf = ({ url }: Gateway) => new OpenAI({ baseURL: url, apiKey: secret, maxRetries: 0 });
    const lines = Array.from({ length: LINES }, (_, index) => {
      const body = { model: "scripted", max_tokens: 4, messages: [{ role: "user", content: `Line ${index}` }] };
      return JSON.stringify({ custom_id: `${index}`, method: "POST", url: "/v1/chat/completions", body });
    });
    const sent = clientOf(first);
    const { id: input_file_id } = await sent.files.create({
      file: new File([lines.join("\n")], "lines.jsonl"),
      purpose: "batch",
    });
    const terms = { input_file_id, endpoint: "/v1/chat/completions", completion_window: "24h" } as const;
    const { id } = await sent.batches.create(terms);
    await until("half of the lines are asked", () => backend.asked.length - before >= LINES / 2, 120_000);
    await kill(first);
    const atKill = asked().length;
    expect(atKill).toBeLessThan(LINES);
    const second = await startGateway();
    const caller = clientOf(second);
    await until("the batch has ended", async () => (await caller.batches.retrieve(id)).status === "completed", 180_000);
    const { request_counts: counts, output_file_id, error_file_id } = await caller.batches.retrieve(id);
    const read = async (file: string | null | undefined) =>
      file
        ? (await (await caller.files.content(file)).text())
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line))
        : [];
    const [answers, failures] = [await read(output_file_id), await read(error_file_id)];
    const ids = [...answers, ...failures].map(({ custom_id }) => Number(custom_id));
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: LINES }, (_, index) => index));
    expect(new Set(asked()).size).toBe(asked().length);
    expect(counts).toEqual({ total: LINES, completed: answers.length, failed: failures.length });
    // Those that an executor had when the gateway was killed: nobody knows what it signed.
    for (const { response } of failures) expect(response.body.error.lloom_code).toBe("IDEMPOTENT_CALL_LOST");
    expect(failures.length).toBeLessThanOrEqual(64);
    await kill(second);
  });
});
