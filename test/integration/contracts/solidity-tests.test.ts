import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  accountingV2Abi,
  arbitratorAbi,
  auditsAbi,
  collectorAbi,
  deliveryDisputesAbi,
  equivocationDisputesAbi,
  juryAbi,
  measuredDepositsAbi,
  measuredDisputesAbi,
  measuredEvidenceAbi,
  measuredPenaltiesAbi,
  permit2CollectorAbi,
  stakeRegistryAbi,
  testTokenAbi,
} from "@lloom/protocol/generated/abi";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

interface AbiItem {
  readonly type: string;
  readonly name?: string;
  readonly inputs?: readonly unknown[];
  readonly stateMutability?: string;
}

interface Contract {
  readonly abi: readonly AbiItem[];
  /** The name that tests give to it. */
  readonly variable: string;
}

/** Every contract that can be deployed. */
const CONTRACTS: Readonly<Record<string, Contract>> = {
  AccountingV2: { abi: accountingV2Abi, variable: "accounting" },
  Arbitrator: { abi: arbitratorAbi, variable: "arbitrator" },
  Audits: { abi: auditsAbi, variable: "audits" },
  Collector: { abi: collectorAbi, variable: "collector" },
  DeliveryDisputes: { abi: deliveryDisputesAbi, variable: "delivery" },
  EquivocationDisputes: { abi: equivocationDisputesAbi, variable: "disputes" },
  Jury: { abi: juryAbi, variable: "jury" },
  MeasuredDeposits: { abi: measuredDepositsAbi, variable: "deposits" },
  MeasuredDisputes: { abi: measuredDisputesAbi, variable: "measured" },
  MeasuredEvidence: { abi: measuredEvidenceAbi, variable: "evidence" },
  MeasuredPenalties: { abi: measuredPenaltiesAbi, variable: "penalties" },
  Permit2Collector: { abi: permit2CollectorAbi, variable: "collector" },
  StakeRegistry: { abi: stakeRegistryAbi, variable: "registry" },
  TestToken: { abi: testTokenAbi, variable: "token" },
};

/** ERC-20, ERC-2612 and ERC-3009, which the test token takes over as they are. */
const OF_THE_STANDARD = new Set([
  "approve",
  "cancelAuthorization",
  "permit",
  "receiveWithAuthorization",
  "transfer",
  "transferFrom",
  "transferWithAuthorization",
]);

interface Named {
  readonly name: string;
  readonly inputs: number;
}

const readAll = (pattern: string): string[] =>
  globSync(pattern, { cwd: ROOT })
    .sort()
    .map((path) => readFileSync(join(ROOT, path), "utf8"));

const sources = readAll("contracts/**/*.sol").join("\n");
const tests = readAll("test/contracts/**/*.sol");
const allTests = tests.join("\n");

/** What is written in our own contracts, and not taken over from a library. */
const isOurs = (kind: string, name: string): boolean => new RegExp(`\\b${kind} ${name}\\(`).test(sources);

/** Errors or events of all contracts, each once. */
function declared(type: "error" | "event"): Named[] {
  const found = Object.values(CONTRACTS)
    .flatMap(({ abi }) => abi)
    .filter((item) => item.type === type && isOurs(type, item.name ?? ""));
  const byName = new Map(found.map(({ name = "", inputs = [] }) => [name, { name, inputs: inputs.length }]));
  return [...byName.values()];
}

/** The text of a contract and of those of ours that it is made of; interfaces have no branches. */
function textOf(contract: string): string {
  const [path] = globSync(`contracts/**/${contract}.sol`, { cwd: ROOT });
  const text = path === undefined ? "" : readFileSync(join(ROOT, path), "utf8");
  if (!/^(?:abstract )?contract /m.test(text)) return "";
  const bases = /^(?:abstract )?contract \w+ is ([^{]+)\{/m.exec(text)?.[1]?.split(",") ?? [];
  return [text, ...bases.map((base) => textOf(base.trim()))].join("\n");
}

/** Functions that have branches or move something; getters of variables do neither. */
function functionsOf(contract: string, abi: readonly AbiItem[]): string[] {
  const text = textOf(contract);
  const found = abi
    .filter(({ type }) => type === "function")
    .filter(({ name, stateMutability }) => /payable/.test(stateMutability ?? "") || text.includes(`function ${name}(`))
    .map(({ name = "" }) => name)
    .filter((name) => contract !== "TestToken" || !OF_THE_STANDARD.has(name));
  return [...new Set(found)];
}

/** The comment between the imports of a test and its contract. */
const headOf = (test: string): string => /^\/\*\n(.*?)\n\*\/$/ms.exec(test)?.[1] ?? "";

/** Functions with a tree of branches, by contract: a head begins with the contract's name; functions begin lines. */
function treesOf(contract: string): Set<string> {
  const heads = tests.map(headOf).filter((head) => head.startsWith(`${contract}\n`));
  const roots = heads.flatMap((head) => head.split("\n")).filter((line) => /^\w/.test(line));
  return new Set(roots.flatMap((line) => (line.split(/[:(]/)[0] ?? "").split(",").map((name) => name.trim())));
}

/** One sentence for each that lacks something. */
const missing = (items: readonly Named[], isThere: (item: Named) => boolean, sentence: string): string[] =>
  items.filter((item) => !isThere(item)).map(({ name }) => `${name} ${sentence}`);

describe("the Solidity tests", () => {
  it("know every contract", () => {
    const deployable = globSync("contracts/**/*.sol", { cwd: ROOT })
      .filter((path) => /^contract /m.test(readFileSync(join(ROOT, path), "utf8")))
      .map((path) => basename(path, ".sol"));
    expect(deployable.sort()).toEqual(Object.keys(CONTRACTS));
  });

  it("expect every error with all that it says", () => {
    const isExpected = ({ name, inputs }: Named): boolean =>
      new RegExp(`\\b${name}\\.selector${inputs === 0 ? "" : "\\s*,"}`).test(allTests);
    expect(missing(declared("error"), isExpected, "is expected by no test with its arguments")).toEqual([]);
  });

  it("expect every event with all that it says", () => {
    const isExpected = ({ name }: Named): boolean =>
      new RegExp(`\\bexpectEmit\\([^;]*;\\s*(emit ([\\w.]+\\.)?${name}\\(|emitAs\\(${name}\\.selector)`).test(allTests);
    expect(missing(declared("event"), isExpected, "is expected by no test")).toEqual([]);
  });

  it("name every error in a tree", () => {
    const heads = tests.map(headOf).join("\n");
    const isNamed = ({ name }: Named): boolean => new RegExp(`\\b${name}\\b`).test(heads);
    expect(missing(declared("error"), isNamed, "is a leaf of no tree")).toEqual([]);
  });

  it.each(Object.entries(CONTRACTS))(
    "call every function of %s and draw its branches",
    (contract, { abi, variable }) => {
      const functions = functionsOf(contract, abi);
      const trees = treesOf(contract);
      const isCalled = (name: string): boolean => new RegExp(`\\b_?${variable}\\.${name}\\b`).test(allTests);
      expect([
        ...functions.filter((name) => !isCalled(name)).map((name) => `${name} is called by no test`),
        ...["constructor", ...functions].filter((name) => !trees.has(name)).map((name) => `${name} has no tree`),
      ]).toEqual([]);
    },
  );
});
