// What a call's error says of the tries before it: one that was not answered may have arrived.
import { afterEach, beforeEach, expect, test } from "vitest";
import { openGate, type Passage, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { RetryingProvider } from "./provider.ts";
import { rpcEndpoint } from "./rpc-endpoint.ts";
import { RpcError } from "./rpc-error.ts";

const FUNDS = { code: -32000, message: "insufficient funds" };
const BUSY = { code: -32005, message: "rate limit exceeded" };
const PAGE = { code: 0, message: "", status: 504, body: "<html>Gateway Timeout</html>" };
type Try = Passage | typeof FUNDS | typeof PAGE;

let gate: RpcGate;
let provider: RetryingProvider;
beforeEach(async () => {
  gate = await openGate("http://127.0.0.1:1");
  provider = new RetryingProvider(rpcEndpoint(gate.rpcUrl), 5n);
});
afterEach(async () => {
  provider.destroy();
  await gate[Symbol.asyncDispose]();
});

/** What a call throws whose tries fare like that, one after the other. */
async function failureAfter(...tries: readonly Try[]): Promise<unknown> {
  const first = gate.methods.length;
  const now = (): Try => tries[gate.methods.length - first - 1] ?? FUNDS;
  gate.decide = () => {
    const fate = now();
    return typeof fate === "string" ? fate : "pass";
  };
  gate.answer = () => {
    const fate = now();
    return typeof fate === "string" ? FUNDS : fate;
  };
  return provider.send("eth_sendRawTransaction", ["0x"]).catch((thrown: unknown) => thrown);
}

test("a refusal of the first try, or after refusals alone, follows no loss", async () => {
  expect(await failureAfter(FUNDS)).toMatchObject({ name: "RpcError", kind: "funds", isAfterLoss: false });
  expect(await failureAfter(BUSY, FUNDS)).toMatchObject({ kind: "funds", isAfterLoss: false });
});

test.each<[string, Try]>([
  ["did not arrive", "refuse"],
  ["lost its answer", "loseAnswer"],
  ["got a page of a proxy", PAGE],
])("a refusal after a try that %s follows a loss, whatever came between", async (_, fate) => {
  expect(await failureAfter(fate, FUNDS)).toMatchObject({ kind: "funds", isAfterLoss: true });
  expect(await failureAfter(fate, BUSY, FUNDS)).toMatchObject({ kind: "funds", isAfterLoss: true });
});

test("a refusal of what was repeated over a new connection follows a loss", async () => {
  await failureAfter(FUNDS);
  expect(await failureAfter("loseAnswer", FUNDS)).toMatchObject({ kind: "funds", isAfterLoss: true });
  expect(gate.methods).toHaveLength(3);
});

test("a busy server that refused every try after a loss says no more than that one", async () => {
  const failure = await failureAfter("loseAnswer", BUSY, BUSY, BUSY);
  expect(failure).toBeInstanceOf(RpcError);
  expect(failure).toMatchObject({ kind: "busy", isAfterLoss: true });
});

test("a loss is no matter of the next call", async () => {
  await failureAfter("loseAnswer", FUNDS);
  expect(await failureAfter(FUNDS)).toMatchObject({ isAfterLoss: false });
});
