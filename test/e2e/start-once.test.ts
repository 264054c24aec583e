import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { receiptFromData, verifyReceipt } from "@lloom/protocol/receipts";
import { recoverAddress } from "@lloom/protocol/signatures";
import { Contract, type EventLog } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../checkout/rpc.ts";
import { startChain } from "../../devnet/src/chain.ts";
import { Ports } from "../../devnet/src/ports.ts";
import { Supervisor } from "../../devnet/src/supervisor.ts";
import { type Ended, eventually, MARK, marked, runNode } from "../support/processes.ts";

const CHAIN_MS = 300_000;

describe("npm start -- --once --json --rpc URL", () => {
  const stack = new AsyncDisposableStack();
  const mark = randomUUID();
  let rpcUrl: string;
  let ended: Ended;

  beforeAll(async () => {
    const logs = mkdtempSync(join(tmpdir(), "lloom-e2e-"));
    stack.defer(() => rmSync(logs, { recursive: true, force: true }));
    const supervisor = stack.use(new Supervisor(logs));
    rpcUrl = await startChain(supervisor, await stack.use(new Ports()).next(18_545), AbortSignal.timeout(CHAIN_MS));
    const program = runNode({ args: ["devnet/start.ts", "--once", "--json", "--rpc", rpcUrl], env: { [MARK]: mark } });
    ended = await program.ended;
  });
  afterAll(() => stack.disposeAsync());

  const lastLine = (): Record<string, string> => JSON.parse(ended.stdout.trim().split("\n").at(-1) ?? "");

  it("exits 0 and prints exactly one line on standard output", () => {
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout.trim().split("\n")).toHaveLength(1);
    const names = ["answer", "receipt", "settlementTx", "paid", "gas", "graphql", "explorer"].concat([
      "firstAnswerSeconds",
      "seconds",
    ]);
    expect(Object.keys(lastLine())).toEqual(names);
  });

  it("tells progress all the way", () => {
    for (const step of ["contracts", "validators", "executors", "gateway", "indexer", "explorer", "settlement"])
      expect(ended.stderr).toContain(step);
  });

  it("answers with real words about Lloom", () => {
    expect(lastLine()["answer"]).toMatch(/network/i);
  });

  it("agrees with the chain to the unit", async () => {
    const provider = connect(rpcUrl);
    try {
      const { settlementTx, paid, gas, receipt: receiptJson } = lastLine();
      const { request, response } = receiptFromData(receiptJson);
      const transaction = await provider.getTransactionReceipt(settlementTx ?? "");
      expect(transaction?.status).toBe(1);
      expect(transaction?.gasUsed.toString()).toBe(gas);
      const accounting = new Contract(transaction?.to ?? "", accountingV2Abi, provider);
      // An executor that was given up on a busy machine settles what it had produced, in a lane of its own.
      const ofLane = accounting.filters["LaneSettled"]?.(request.client, request.executor, request.lane);
      const [event] = (await accounting.queryFilter(ofLane ?? expect.unreachable())) as EventLog[];
      expect(event?.transactionHash).toBe(settlementTx);
      expect((event?.args["acknowledgedPaid"] + event?.args["tailPaid"]).toString()).toBe(paid);
      expect(response.cumulativeCost.toString()).toBe(paid);
      const lane = await accounting.getFunction("lanes").staticCall(request.client, request.executor, request.lane);
      expect(lane.cost).toBe(response.cumulativeCost);
    } finally {
      provider.destroy();
    }
  });

  it("gives a receipt that both parties signed", async () => {
    const provider = connect(rpcUrl);
    try {
      const transaction = await provider.getTransactionReceipt(lastLine()["settlementTx"] ?? "");
      const accounting = (transaction?.to ?? "").toLowerCase() as `0x${string}`;
      const hasher = createCommitmentHasher({ chainId: 31337n, accounting });
      const verdict = verifyReceipt({ hasher, recover: recoverAddress }, receiptFromData(lastLine()["receipt"]));
      expect(verdict.problem).toBeUndefined();
    } finally {
      provider.destroy();
    }
  });

  it("leaves no process behind", async () => {
    await eventually("no process is left", 2_000, () => marked(mark).length === 0);
  });
});
