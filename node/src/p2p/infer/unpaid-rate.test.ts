import { expect, test } from "vitest";
import { readAll, requestBody, responseBody, silentLog, startHost, targetOf } from "../../../../test/support/hosts.ts";
import { LloomError } from "../../errors.ts";
import { createInferPool } from "./infer-client.ts";
import { serveInfer } from "./infer-server.ts";
import type { InferHandler } from "./infer-session.ts";

const UNPAID = "CHANNEL_UNDERFUNDED";
/** Refuses what says that it cannot pay, and answers the rest. */
const picky: InferHandler = async function* ({ frame }) {
  if (frame.messages[0]?.content === "unpaid") throw new LloomError(UNPAID, "No money.");
  yield responseBody;
};

test("requests above the rate of unpaid ones are refused, and the stream stays; paid ones do not count", async () => {
  await using executor = await startHost();
  await using client = await startHost({ listen: [], dhtServer: false });
  const limits = { requestsPerSecond: 0.001, requestBurst: 3 };
  await using _server = await serveInfer(executor, { handle: picky, limits, log: silentLog });
  await using pool = createInferPool(client, silentLog);
  const told: string[] = [];
  for (const content of ["x", "unpaid", "x", "x", "x", "unpaid", "unpaid", "x"]) {
    const frame = requestBody(content);
    const { last } = await readAll(
      pool.request({ target: targetOf(executor), frame, signal: AbortSignal.timeout(60_000) }),
    );
    told.push(last.type === "error" ? last.code : "paid");
  }
  expect(told).toEqual(["paid", UNPAID, "paid", "paid", "paid", UNPAID, UNPAID, "RATE_LIMITED"]);
  expect(client.peers()).toBe(1);
});
