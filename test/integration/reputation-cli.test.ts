import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { replay } from "@lloom/protocol/reputation/epochs-of";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openChain } from "../../node/src/chain/chain.ts";
import { createLog } from "../../node/src/log.ts";
import { openAudits } from "../support/contracts/audits.ts";
import { openMarket } from "../support/contracts/market.ts";
import { type Ended, runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { openStagedIndex, type StagedIndex } from "../support/staged-index.ts";
import { type OwnReputation, readOwn } from "./indexer/reputation-agreement.ts";
import { ReputationLife, SECRETS, seatReputation } from "./indexer/reputation-deeds.ts";
import { openRpcServer } from "./indexer/rpc-server.ts";

const SEED = Number(process.env["SEED"] ?? 5);
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });
const dir = mkdtempSync(join(tmpdir(), "lloom-reputation-cli-"));
const stack = new AsyncDisposableStack();
let env: Record<string, string>;
let own: OwnReputation;
let executors: Address[];
let index: StagedIndex;

const lloom = (...args: string[]): Promise<Ended> =>
  runNode({ args: [LLOOM_PROGRAM, "reputation", ...args], env, cwd: dir }).ended;
const verify = (...args: string[]) => lloom("verify", executors[0] as Address, ...args);
const kept = (): string[] => readdirSync(join(dir, "data", "reputation"));

beforeAll(async () => {
  const market = await openMarket();
  stack.defer(() => market.connection.close());
  const rpcServer = stack.use(await openRpcServer(market.connection.provider));
  const audits = await openAudits(market, { odds: 1n, length: SECRETS });
  const cast = await seatReputation(market, audits);
  await new ReputationLife({ market, audits, cast, seed: SEED }).live(6);
  // What was read of settled blocks is kept.
  await market.networkHelpers.mine(100);
  executors = cast.executors.map(({ address }) => address.toLowerCase() as Address).toSorted();
  const log = createLog({ level: "silent", name: "test" });
  const { signal } = new AbortController();
  const chain = stack.use(
    await openChain({ rpcUrl: rpcServer.url, accounting: market.accounting.address, signal, log }),
  );
  own = await readOwn({ chain, audits: audits.audits.address.toLowerCase() as Address }, executors);
  const head = await market.connection.ethers.provider.getBlockNumber();
  index = stack.use(await openStagedIndex({ ...own, executors, head }));
  env = {
    LLOOM_RPC_URL: rpcServer.url,
    LLOOM_ACCOUNTING: market.accounting.address,
    LLOOM_AUDITS: audits.audits.address,
    LLOOM_INDEXER_URL: index.url,
    LLOOM_DATA_DIR: join(dir, "data"),
  };
});
beforeEach(() => {
  index.change = (_, told) => told;
});
afterAll(async () => {
  await stack.disposeAsync();
  rmSync(dir, { recursive: true, force: true });
});

describe("lloom reputation show", () => {
  it("says what the standing is, and what each part of it comes from, as the events have it", async () => {
    const executor = executors[0] as Address;
    const { stdout, code, stderr } = await lloom("show", executor, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    const standing = replay(own.rules, { executor, events: own.events }).at(BigInt(String(told["epoch"])));
    const { block: _, ...figures } = standing ?? { block: 0 };
    expect(told).toMatchObject(
      Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)])),
    );
    const audits = own.events.filter(({ event }) => event.kind === "audit" && event.executor === executor).length;
    expect(told["sources"]).toMatchObject({ audits, validators: 3 });
    const sentences = (await lloom("show", executor)).stdout;
    for (const word of ["Trust", "Interval", "Passed", "Failed", "Unanswered", "Receipts", "Strikes", "Stake"])
      expect(sentences).toMatch(new RegExp(`^${word} +\\d`, "m"));
    expect(sentences).toMatch(/has grade [ABC]: trust 0\.\d{3}; it is believed to pass 0\.\d{3} to 0\.\d{3}/);
  });

  it("keeps what it read, reads the rest alone, and reads all anew when the file is of another chain or broken", async () => {
    const executor = executors[0] as Address;
    const [first] = kept();
    const path = join(dir, "data", "reputation", first as string);
    const before = readFileSync(path, "utf8");
    const { stdout: right } = await lloom("show", executor, "--json");
    expect(readFileSync(path, "utf8").startsWith(before)).toBe(true);
    for (const wrong of [before.replace(/"hash":"0x../, '"hash":"0x00'), before.slice(0, -20), "nonsense\n"]) {
      writeFileSync(path, wrong);
      expect((await lloom("show", executor, "--json")).stdout).toBe(right);
    }
  });
});

describe("lloom reputation verify", () => {
  it("agrees with an index that tells the truth, also after a stop", async () => {
    const { stdout, code, stderr } = await verify();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Agrees to the bit with http:\/\/127\.0\.0\.1:\d+: \d+ epochs .*\nRoot of epoch \d+: 0x/);
    const told = JSON.parse((await verify("--json")).stdout) as Record<string, unknown>;
    expect(told).toMatchObject({ event: "verified", executor: executors[0], indexer: index.url });
  });

  it("names the first epoch and input in which a lie differs, with both values", async () => {
    let lies = 0;
    index.change = (path, told) =>
      path === "/graphql"
        ? told.replace(/"failed":"(\d+)"/g, (whole, value) => (++lies < 3 ? whole : `"failed":"${BigInt(value) + 1n}"`))
        : told;
    const { stderr, code } = await verify("--json");
    const { error } = JSON.parse(stderr) as {
      error: { code: string; message: string; details: Record<string, string> };
    };
    const third = replay(own.rules, { executor: executors[0] as Address, events: own.events }).standings()[2];
    expect([code, error.code]).toEqual([1, "INDEXER_ANSWER_INVALID"]);
    const failed = third?.failed ?? 0n;
    expect(error.details).toEqual({
      ...{ epoch: String(third?.epoch), input: "failed" },
      ...{ own: String(failed), told: String(failed + 1n) },
    });
    expect(error.message).toContain(`first in epoch ${third?.epoch}, in failed`);
  });

  it("is not satisfied with a proof of another root, an index that is far behind, or none", async () => {
    index.change = (path, told) =>
      path.startsWith("/reputation") ? told.replace(/"root":"0x../, '"root":"0x00') : told;
    expect((await verify()).stderr).toMatch(
      /INDEXER_ANSWER_INVALID: .* proves nothing: the proof leads to another root/,
    );
    index.change = (path, told) => (path === "/meta" ? told.replace(/"number":"\d+"/, '"number":"20"') : told);
    expect((await verify()).stderr).toMatch(
      /INDEXER_REFUSED: .* is at block 20, and the chain at \d+\.\n {2}Try again/,
    );
    index.change = () => "<html>";
    expect((await verify()).stderr).toMatch(/INDEXER_ANSWER_INVALID: .* it is not JSON/);
    const { stderr } = await verify("--indexer", "http://127.0.0.1:1");
    expect(stderr).toMatch(/INDEXER_UNREACHABLE: .*\n {2}Start it, or give --indexer/);
  });
});

describe("lloom reputation", () => {
  it.each([
    [["praise", `0x${"11".repeat(20)}`], 2, /COMMAND_INVALID: lloom reputation cannot "praise"\.\n {2}Show or verify/],
    [["show", "me"], 2, /COMMAND_INVALID: "me" is not an address/],
    [
      ["show", `0x${"11".repeat(20)}`],
      2,
      /has not registered as an executor up to block \d+\.\n {2}Give an executor's/,
    ],
    [
      ["show", `0x${"11".repeat(20)}`, "--audits", `0x${"12".repeat(20)}`],
      1,
      /CHAIN_MISMATCH: .* is no Audits of this/,
    ],
  ])("refuses %j with a code and the next step", async (args, code, sentence) => {
    const ended = await lloom(...args);
    expect([ended.code, ended.stdout]).toEqual([code, ""]);
    expect(ended.stderr).toMatch(sentence);
  });
});
