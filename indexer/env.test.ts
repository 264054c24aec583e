import { expect, test } from "vitest";
import { readEnv } from "./env.ts";

const RIGHT = {
  LLOOM_RPC_URL: "https://rpc.example/secret-key",
  LLOOM_CHAIN_ID: "8453",
  LLOOM_ACCOUNTING: `0x${"Ab".repeat(20)}`,
  LLOOM_STAKE_REGISTRY: `0x${"cd".repeat(20)}`,
  LLOOM_AUDITS: `0x${"EF".repeat(20)}`,
  LLOOM_PGLITE_DIR: "/data/index",
};

test("reads every setting, and fills in those that may be left out", () => {
  const env = {
    rpcUrl: RIGHT.LLOOM_RPC_URL,
    rpcWsUrl: undefined,
    chainId: 8453,
    accounting: `0x${"ab".repeat(20)}`,
    stakeRegistry: RIGHT.LLOOM_STAKE_REGISTRY,
    audits: `0x${"ef".repeat(20)}`,
    startBlock: 0,
    pollMs: 1_000,
    database: { kind: "pglite", directory: "/data/index" },
  };
  expect(readEnv(RIGHT)).toEqual({ env });
  const more = { LLOOM_RPC_WS_URL: "wss://rpc.example", LLOOM_START_BLOCK: "17", LLOOM_POLL_MS: "250" };
  expect(readEnv({ ...RIGHT, ...more })).toEqual({
    env: { ...env, rpcWsUrl: "wss://rpc.example", startBlock: 17, pollMs: 250 },
  });
});

test("has a sentence for each setting that is missing or wrong, and repeats no secret", () => {
  expect(readEnv({})).toEqual({
    problems: [
      "LLOOM_RPC_URL is missing: set it to an http or https URL.",
      "LLOOM_CHAIN_ID is missing: set it to a whole number from 1 up.",
      "LLOOM_ACCOUNTING is missing: set it to the address of AccountingV2: 0x and 40 hex digits.",
      "LLOOM_STAKE_REGISTRY is missing: set it to the address of StakeRegistry: 0x and 40 hex digits.",
      "LLOOM_AUDITS is missing: set it to the address of Audits: 0x and 40 hex digits.",
      "Set either LLOOM_DATABASE_URL (Postgres) or LLOOM_PGLITE_DIR (a directory for the built-in database).",
    ],
  });
  const wrong = {
    LLOOM_RPC_URL: "ftp://user:secret@rpc.example",
    LLOOM_RPC_WS_URL: "https://rpc.example",
    LLOOM_CHAIN_ID: "0",
    LLOOM_ACCOUNTING: "0x12",
    LLOOM_STAKE_REGISTRY: "vitalik.eth",
    LLOOM_AUDITS: `0x${"g".repeat(40)}`,
    LLOOM_START_BLOCK: "-1",
    LLOOM_POLL_MS: "99",
    LLOOM_PGLITE_DIR: undefined,
    LLOOM_DATABASE_URL: "mysql://user:secret@db.example",
  };
  const read = readEnv(wrong);
  expect(read).toEqual({
    problems: [
      "LLOOM_RPC_URL has to be an http or https URL.",
      "LLOOM_CHAIN_ID has to be a whole number from 1 up.",
      "LLOOM_ACCOUNTING has to be the address of AccountingV2: 0x and 40 hex digits.",
      "LLOOM_STAKE_REGISTRY has to be the address of StakeRegistry: 0x and 40 hex digits.",
      "LLOOM_AUDITS has to be the address of Audits: 0x and 40 hex digits.",
      "LLOOM_RPC_WS_URL has to be a ws or wss URL.",
      "LLOOM_START_BLOCK has to be a whole number from 0 up.",
      "LLOOM_POLL_MS has to be a whole number from 100 to 60000.",
      "LLOOM_DATABASE_URL has to be a postgres or postgresql URL.",
    ],
  });
});

test("points at a setting's name where an earlier one is set, which nobody reads", () => {
  expect(readEnv({ ...RIGHT, LLOOM_RPC: "https://rpc.example/secret-key" })).toEqual({
    problems: ["LLOOM_RPC is called LLOOM_RPC_URL now: set that, and unset LLOOM_RPC."],
  });
});

test("wants one database, not two", () => {
  expect(readEnv({ ...RIGHT, LLOOM_DATABASE_URL: "postgres://db.example/lloom" })).toEqual({
    problems: [
      "Set either LLOOM_DATABASE_URL (Postgres) or LLOOM_PGLITE_DIR (a directory for the built-in database), not both.",
    ],
  });
});

test("takes from the address book what the environment does not say", () => {
  const at = (byte: string): `0x${string}` => `0x${byte.repeat(20)}`;
  const contracts = { AccountingV2: at("a1"), StakeRegistry: at("a2"), Audits: at("a3") };
  const book = {
    sepolia: {
      chainId: 11155111,
      startBlock: 7,
      paymentToken: { address: at("70"), symbol: "tUSD", decimals: 6 },
      contracts,
    },
  };
  const { LLOOM_RPC_URL, LLOOM_PGLITE_DIR } = RIGHT;
  const given = { LLOOM_RPC_URL, LLOOM_PGLITE_DIR, LLOOM_NETWORK: "sepolia" };
  const { AccountingV2: accounting, StakeRegistry: stakeRegistry, Audits: audits } = contracts;
  expect(readEnv(given, book)).toMatchObject({
    env: { chainId: 11155111, startBlock: 7, accounting, stakeRegistry, audits },
  });
  const own = { ...given, LLOOM_ACCOUNTING: at("0b"), LLOOM_START_BLOCK: "0" };
  expect(readEnv(own, book)).toMatchObject({ env: { startBlock: 0, accounting: at("0b"), stakeRegistry } });
  for (const LLOOM_NETWORK of ["mainnet", "constructor"])
    expect(readEnv({ ...given, LLOOM_NETWORK }, book)).toEqual({
      problems: ["LLOOM_NETWORK names no network of the address book. It has sepolia."],
    });
});
