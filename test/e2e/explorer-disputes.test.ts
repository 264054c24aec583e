import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { buildExplorer } from "../../devnet/src/explorer-build.ts";
import { startExplorer } from "../../devnet/src/pages.ts";
import { Supervisor } from "../../devnet/src/supervisor.ts";
import { freePort, startIndexer } from "../integration/indexer/ponder-process.ts";
import {
  checkAccounts,
  checkDeadline,
  checkDisputeList,
  checkEndings,
  checkFault,
  checkLinks,
  checkVotes,
  openVisit,
  type Visit,
} from "./explorer-dispute-page.ts";
import { checkDisputePages } from "./explorer-dispute-quality.ts";
import { checkWallets } from "./explorer-wallet.ts";
import { checkWhereabouts } from "./explorer-whereabouts.ts";
import { type StagedDisputes, stageDisputes } from "./staged-disputes.ts";

describe("disputes of every kind, from the contracts to the page", () => {
  const stack = new AsyncDisposableStack();
  const signal = AbortSignal.timeout(1_200_000);
  let staged: StagedDisputes;
  let visit: Visit;
  let indexed: () => Promise<void>;

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), "lloom-disputes-page-"));
    stack.defer(() => rmSync(directory, { recursive: true, force: true }));
    staged = stack.use(await stageDisputes());
    const { market, rpcServer, audits } = staged;
    const indexer = await startIndexer({
      rpcUrl: rpcServer.url,
      accounting: market.accounting.address,
      stakeRegistry: market.stakeRegistry.address,
      audits: audits.audits.address,
      directory: join(directory, "index"),
    });
    stack.defer(async () => void (await indexer.stop("SIGKILL")));
    const supervisor = stack.use(new Supervisor(directory));
    await buildExplorer(supervisor, signal);
    indexed = async () => indexer.reaches(await market.connection.ethers.provider.getBlockNumber());
    await indexed();
    const [indexerUrl, rpcUrl, port] = [indexer.url, rpcServer.url, await freePort()];
    const baseUrl = await startExplorer({ supervisor, indexerUrl, rpcUrl, port, signal });
    visit = stack.use(await openVisit(baseUrl));
  });
  afterAll(() => stack.disposeAsync());

  it("lists open ones first, the next deadline on top, and narrows them by kind and state", () =>
    checkDisputeList(visit, staged));

  it("counts a deadline down by the chain's clock, and shows it as a time where no code runs", () =>
    checkDeadline(visit, staged));

  it("says of each delivery's end what it did to the money, as it said before", () => checkEndings(visit, staged));

  it("shows every seat of every panel with its vote", () => checkVotes(visit, staged));

  it("shows a proven fault with what it cost", () => checkFault(visit, staged));

  it("leads from an id, a settlement, a transaction and an account to the dispute and back", () =>
    checkLinks(visit, staged));

  it("shows executors and validators with what speaks for and against them, at every width", () =>
    checkAccounts(visit, staged));

  it("finds addresses, blocks and transactions from each other, and tells feed readers of them", () =>
    checkWhereabouts(visit, staged));

  it("can be read by everybody, light and dark, wide and narrow, by keyboard", () => checkDisputePages(visit, staged));

  // Last: it moves the chain's clock by weeks.
  it("lets a wallet do all that it says it does, to the unit, and nothing without its owner", () =>
    checkWallets(visit, staged, indexed));
});
