/** What clients say and ask about their answers, over real hosts, and what strangers get for trying the same. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createExchange, TEST_CIPHER, testIdentity } from "../../../../test/support/exchange.ts";
import { never, silentLog, startHost, targetOf } from "../../../../test/support/hosts.ts";
import type { Host } from "../../p2p/host/host.ts";
import { serveRpc } from "../../p2p/rpc/rpc.ts";
import { callAcknowledge, callAnswer } from "../../p2p/rpc/rpc-calls.ts";
import { openDatabase } from "../../store/database/database.ts";
import { type ExecutorLog, openExecutorLog } from "../../store/executor/executor-log.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import { clientCalls } from "./client-calls.ts";

const exchange = createExchange();
const SALT: Hex = `0x${"5a".repeat(32)}`;
const TEXT = "What was paid for. 🧶";
const stack = new AsyncDisposableStack();
let store: ExecutorLog;
let server: Host;
let client: Host;
let stranger: Host;
/** Of the one answer that there is. */
let requestHash: Hex;
let responseHash: Hex;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "lloom-calls-"));
  stack.defer(() => rmSync(directory, { recursive: true }));
  store = openExecutorLog(stack.use(openDatabase(join(directory, "executor.sqlite"), { cipher: TEST_CIPHER })));
  const asked = exchange.ask(EMPTY_LANE);
  const answered = exchange.answer(EMPTY_LANE, asked);
  ({ requestHash } = asked);
  ({ responseHash } = answered);
  store.accept({ requestHash, request: asked.request, clientSignature: asked.clientSignature, acceptedAtMs: 1 });
  const { response } = answered;
  const delivered = Buffer.from(TEXT);
  store.saveAnswer({ requestHash, response, responseHash, contentSalt: SALT, delivered, answeredAtMs: 2 });
  store.saveSignature(requestHash, answered.executorSignature);
  server = stack.use(await startHost({ limits: { banMs: 60_000 } }));
  client = stack.use(await startHost({ secret: exchange.client.secret, listen: [] }));
  stranger = stack.use(await startHost({ listen: [] }));
  const calls = clientCalls({ store, hasher: exchange.hasher, recover: recoverAddress });
  const health = () => ({ role: "executor" as const, version: "1", uptimeMs: 1, peers: 1, offers: 0, load: 0 });
  const limits = { callsPerSecond: 1, callBurst: 10 };
  stack.use(await serveRpc(server, { ...calls, health, offers: () => [], limits, log: silentLog }));
});
afterAll(() => stack.disposeAsync());

const options = () => ({ target: targetOf(server), signal: never });
const ackBy = (identity = exchange.client, hash = responseHash) => ({
  ...{ requestHash, responseHash: hash },
  signature: identity.sign(exchange.hasher.hashResponseAck({ requestHash, responseHash: hash })),
});

describe("an acknowledgement", () => {
  it("is refused when another key signed it, or when it is of another answer, and nothing is kept", async () => {
    const forged = callAcknowledge(client, options(), ackBy(testIdentity("stranger")));
    await expect(forged).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
    const other = callAcknowledge(client, options(), ackBy(exchange.client, SALT));
    await expect(other).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    expect(store.ackOf(responseHash)).toBeUndefined();
  });

  it("is kept once, whoever brings it: its signature speaks for itself", async () => {
    await callAcknowledge(stranger, options(), ackBy());
    await callAcknowledge(client, options(), ackBy());
    expect(store.ackOf(responseHash)).toEqual(ackBy().signature);
  });
});

describe("an answer", () => {
  it("comes a second time for its client alone, whole and as it was signed", async () => {
    const again = await callAnswer(client, options(), requestHash);
    expect(again.text).toBe(TEXT);
    expect(again.contentSalt).toBe(SALT);
    expect(exchange.hasher.hashResponse(again.response)).toBe(responseHash);
    const foreign = callAnswer(stranger, options(), requestHash);
    await expect(foreign).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    await expect(callAnswer(client, options(), SALT)).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });
});

describe("a flood of acknowledgements", () => {
  it("is cut off by its peer's rate, and others are served", async () => {
    const flood = await Promise.all(
      Array.from({ length: 14 }, () => callAcknowledge(client, options(), ackBy()).catch((thrown) => thrown.code)),
    );
    expect(flood).toContain("RATE_LIMITED");
    await callAcknowledge(stranger, options(), ackBy());
  });
});
