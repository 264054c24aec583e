import { accountingV2Abi, auditsAbi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import { Interface, type ParamType } from "ethers";
import { expect, test } from "vitest";
import { decodeLog, topicsOf } from "./decode-log.ts";
import { readPast, readRules } from "./read-past.ts";
import type { Rpc } from "./rpc.ts";

const [EXECUTOR, OTHER] = [`0x${"ab".repeat(20)}`, `0x${"cd".repeat(20)}`] as const;
const contracts = {
  AccountingV2: `0x${"01".repeat(20)}`,
  StakeRegistry: `0x${"02".repeat(20)}`,
  Audits: `0x${"03".repeat(20)}`,
} as const;
const abis = { AccountingV2: accountingV2Abi, StakeRegistry: stakeRegistryAbi, Audits: auditsAbi };

/** A value of a type; `count` tells one from another. */
function valueOfType({ type, name, components }: ParamType, count: number): unknown {
  if (type === "tuple") return (components ?? []).map((one, index) => valueOfType(one, 10 * count + index));
  if (type === "address") return name === "member" || name === "executor" ? EXECUTOR : OTHER;
  if (type === "string") return "some words";
  if (type === "bool") return true;
  return type.startsWith("bytes")
    ? `0x${"0f".repeat(Number(type.slice(5) || 3))}`
    : type.startsWith("int")
      ? -count
      : count;
}

/** A log as another library writes and reads it. */
function written(contract: keyof typeof abis, name: string) {
  const parser = new Interface(abis[contract]);
  const event = parser.getEvent(name);
  if (event === null) throw new Error(name);
  const { topics, data } = parser.encodeEventLog(
    event,
    event.inputs.map((input, index) => valueOfType(input, index + 1)),
  );
  return { log: { topics, data } as never, parsed: parser.parseLog({ topics, data })?.args.toObject() ?? {} };
}

test.each([
  ["StakeRegistry", "Registered"],
  ["StakeRegistry", "Staked"],
  ["StakeRegistry", "UnbondRequested"],
  ["StakeRegistry", "UnbondCancelled"],
  ["StakeRegistry", "StakeWithdrawn"],
  ["StakeRegistry", "Slashed"],
  ["StakeRegistry", "Struck"],
  ["AccountingV2", "Allocated"],
  ["AccountingV2", "Released"],
  ["AccountingV2", "UnlockFinalized"],
  ["AccountingV2", "LaneSettled"],
  ["Audits", "ExecutorAudited"],
] as const)("%s.%s is decoded as another library does", (contract, name) => {
  const { log, parsed } = written(contract, name);
  const lower = (value: unknown): string => String(value).toLowerCase();
  const decoded = decodeLog(log, 7n);
  expect(decoded).toMatchObject({ name, seconds: 7n });
  const args = Object.entries(decoded?.args ?? {});
  expect(args.map(([key, value]) => [key, lower(value)])).toEqual(args.map(([key]) => [key, lower(parsed[key])]));
  expect(args.length).toBeGreaterThan(1);
  expect(topicsOf(contract)).toContain((log as { topics: string[] }).topics[0]);
});

test("the past is read in smaller ranges where a server refuses a long one, and in the chain's order", async () => {
  const { topics, data } = written("StakeRegistry", "Staked").log as { topics: string[]; data: string };
  const asked: string[] = [];
  const rpc: Rpc = {
    call: async (method, [first]) => {
      if (method === "eth_getBlockByNumber") return { timestamp: "0x64" };
      const { fromBlock, toBlock, address } = first as Record<string, string>;
      asked.push(`${Number(fromBlock)}-${Number(toBlock)}`);
      const { LloomError } = await import("@lloom/protocol/lloom-error");
      if (Number(toBlock) - Number(fromBlock) >= 2_000) throw new LloomError("CHAIN_UNREACHABLE", "Too long.");
      const block = 1_500;
      const isIn = address === contracts.StakeRegistry && Number(fromBlock) <= block && block <= Number(toBlock);
      const log = { blockNumber: `0x${block.toString(16)}`, topics, data };
      return isIn
        ? [
            { ...log, logIndex: "0x5" },
            { ...log, logIndex: "0x1" },
          ]
        : [];
    },
  };
  const events = await readPast(rpc, { contracts, executor: EXECUTOR, toBlock: 5_999 });
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ block: 1_500, event: { kind: "stake", executor: EXECUTOR, seconds: 100n } });
  expect(asked.slice(0, 5)).toEqual(["0-5999", "0-1499", "1500-2999", "3000-4499", "4500-5999"]);
});

test("a server of another chain, and contracts that do not belong together, are refused", async () => {
  const word = (digit: string): string => `0x${digit.repeat(64)}`;
  const rpc = (chainId: string, registryOfAudits: string): Rpc => ({
    call: async (method, [first]) =>
      method === "eth_chainId"
        ? chainId
        : (first as { to: string }).to === contracts.Audits
          ? registryOfAudits
          : word("1"),
  });
  const asked = { chainId: 5n, accounting: contracts.AccountingV2, audits: contracts.Audits };
  await expect(readRules(rpc("0x6", word("1")), asked)).rejects.toMatchObject({ code: "CHAIN_MISMATCH" });
  await expect(readRules(rpc("0x5", word("2")), asked)).rejects.toMatchObject({ code: "CHAIN_MISMATCH" });
  await expect(readRules(rpc("0x5", "0x"), asked)).rejects.toThrow("There is no contract");
  expect((await readRules(rpc("0x5", word("1")), asked)).contracts.StakeRegistry).toBe(`0x${"1".repeat(40)}`);
});
