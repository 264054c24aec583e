import { afterEach, beforeEach, expect, it } from "vitest";
import { PROBES, type RpcFact } from "../../primitives/probes.ts";
import { toldCall } from "./told-call.ts";

const payload = (method: string) => ({ jsonrpc: "2.0" as const, id: 1, method, params: [] });
let facts: RpcFact[];
let stack: DisposableStack;
beforeEach(() => {
  facts = [];
  stack = new DisposableStack();
  stack.use(PROBES.rpc.listen((fact) => void facts.push(fact)));
});
afterEach(() => stack.dispose());

it("tells of a call its method, what became of it and how long it took, and gives the answer on", async () => {
  const answers = await toldCall(payload("eth_blockNumber"), async () => [{ id: 1, result: "0x11" }]);
  expect(answers).toEqual([{ id: 1, result: "0x11" }]);
  expect(facts).toEqual([{ method: "eth_blockNumber", outcome: "ok", head: 17, ms: expect.any(Number) }]);
});

it("tells an error of the server from a server that does not answer", async () => {
  await toldCall(payload("eth_call"), async () => [{ id: 1, error: { code: 3, message: "reverted" } }]);
  const away = toldCall(payload("eth_call"), async () => {
    throw new TypeError("away");
  });
  await expect(away).rejects.toThrow("away");
  expect(facts.map(({ outcome }) => outcome)).toEqual(["error", "unreachable"]);
});
