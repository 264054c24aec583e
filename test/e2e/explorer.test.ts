import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import type { ReceiptData } from "@lloom/protocol/receipts";
import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../checkout/rpc.ts";
import { devnetAccount } from "../../devnet/src/accounts.ts";
import { type Devnet, type Pages, startDevnet } from "../../devnet/src/devnet.ts";
import { askFirst, FIRST_PROMPT, type FirstAnswer } from "../../devnet/src/first-answer.ts";
import { startExplorer } from "../../devnet/src/pages.ts";
import { awaitSettlement, awaitVisible, type SeenSettlement } from "../../devnet/src/settlement.ts";
import { Supervisor } from "../../devnet/src/supervisor.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";
import { freePort } from "../integration/indexer/ponder-process.ts";
import { openBrowser } from "../support/browser.ts";
import { secretsInLogs } from "../support/log-secrets.ts";
import { QUIET } from "../support/quiet-progress.ts";
import { checkAnalytics } from "./explorer-analytics.ts";
import { checkCards } from "./explorer-cards.ts";
import { checkOwnChecks } from "./explorer-check.ts";
import { checkGarbage, checkMissing, checkUnanswered } from "./explorer-missing.ts";
import { checkObserved } from "./explorer-observed.ts";
import { checkExplorer, watchComplaints } from "./explorer-page.ts";
import { checkPlayground } from "./explorer-playground.ts";
import { WIDE } from "./explorer-quality.ts";

/** Of the devnet's three executors, two validators and one client, in base units. */
const EXECUTORS = 3;
const CLIENTS = 1;
const STAKE = 3n * 200_000_000n + 2n * 1_000_000_000n;

describe("one paid answer, from prompt to page", () => {
  const stack = new AsyncDisposableStack();
  const signal = AbortSignal.timeout(900_000);
  let devnet: Devnet;
  let pages: Pages;
  let answer: FirstAnswer;
  let settlement: SeenSettlement;
  const streamed: string[] = [];

  beforeAll(async () => {
    devnet = stack.use(await startDevnet({ progress: QUIET, signal }));
    const { gatewayUrl } = devnet;
    answer = await askFirst({ gatewayUrl, onText: (text) => streamed.push(text), onRefusal: console.error, signal });
    settlement = await awaitSettlement(devnet, answer.receipt, signal);
    pages = await devnet.openPages();
    await awaitVisible({ devnet, pages, settlement, signal });
  });
  afterAll(() => stack.disposeAsync());

  it("streams the answer in pieces", () => {
    expect(streamed.length).toBeGreaterThan(1);
    expect(streamed.join("")).toBe(answer.answer);
  });

  it("shows the same figures on chain, in the receipt and in GraphQL", async () => {
    const { request, response } = answer.receipt;
    const provider = connect(devnet.rpcUrl);
    try {
      const accounting = new Contract(devnet.deployment.accounting, accountingV2Abi, provider);
      const [lane, channel, stats] = await Promise.all([
        accounting.getFunction("lanes").staticCall(request.client, request.executor, request.lane),
        accounting.getFunction("channels").staticCall(request.client, request.executor),
        accounting.getFunction("executorStats").staticCall(request.executor),
      ]);
      expect(lane.cost).toBe(response.cumulativeCost);
      expect(settlement.paid).toBe(response.cumulativeCost);

      const query = `{
        executor(address: "${request.executor}") { requests outboundTokens paid }
        channels { items { clientAddress executorAddress balance } }
        lanes { items { cost nonce } }
      }`;
      const reply = await fetch(`${pages.indexerUrl}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
      expect(await reply.json()).toEqual({
        extensions: { snapshot: { number: expect.stringMatching(/^\d+$/), timestamp: expect.any(Number) } },
        data: {
          executor: {
            requests: stats.requests.toString(),
            outboundTokens: stats.outbound.toString(),
            paid: lane.cost.toString(),
          },
          channels: {
            items: [
              { clientAddress: request.client, executorAddress: request.executor, balance: channel.balance.toString() },
            ],
          },
          lanes: { items: [{ cost: lane.cost.toString(), nonce: lane.nonce.toString() }] },
        },
      });
    } finally {
      provider.destroy();
    }
  });

  it("shows them in a real browser, light and dark, wide and narrow", async () => {
    const { request, response } = answer.receipt;
    const { inboundTokens, outboundTokens } = response;
    await checkExplorer({
      baseUrl: pages.explorerUrl,
      settlementTx: settlement.transactionHash,
      receipt: answer.receiptData as ReceiptData,
      expected: {
        settlement: {
          executor: request.executor,
          client: request.client,
          answers: 1n,
          inboundTokens,
          outboundTokens,
          paid: settlement.paid,
          requestHash: response.requestHash,
          responseHash: settlement.responseHash,
        },
        totals: {
          answers: 1n,
          tokens: inboundTokens + outboundTokens,
          paid: settlement.paid,
          executors: EXECUTORS,
          clients: CLIENTS,
          stake: STAKE,
        },
      },
    });
  });

  // Before a visitor pays for more.
  it("asks every question that analysts have, each of one block", async () => {
    const { executor } = answer.receipt.request;
    await checkAnalytics({ baseUrl: pages.explorerUrl, executor, paid: settlement.paid });
  });

  it("has a visitor pay for answers from the browser, dial an executor, and compute its reputation again", async () => {
    const executor = answer.receipt.request.executor;
    await using running = await openBrowser();
    const context = await running.browser.newContext({ viewport: WIDE, locale: "en-US" });
    context.setDefaultTimeout(60_000);
    const complaints = watchComplaints(context);
    const baseUrl = pages.explorerUrl;
    const payer = identityFromSecret(devnetAccount(12, "payer").secret);
    await checkPlayground({ context, baseUrl, devnet, executor, payer });
    await checkOwnChecks({ context, baseUrl, rpcUrl: devnet.rpcUrl, executor });
    expect(complaints).toEqual([]);
  });

  it("shows what is offered now and who answers, with who observed it", async () => {
    const { explorerUrl, observerUrl } = pages;
    const cheapest = { inboundPrice: 100_000n, outboundPrice: 400_000n };
    await checkObserved({ explorerUrl, observerUrl, executors: EXECUTORS, cheapest, signal });
  });

  it("has neither the prompt nor the answer nor a key in any log", () => {
    expect(secretsInLogs(devnet.logDir, [FIRST_PROMPT, answer.answer])).toEqual([]);
  });

  it("has a picture of each page whose address may be shared", () => checkCards(pages.explorerUrl));

  it("says of what nobody knows that it is missing, and what to do", () => checkMissing(pages.explorerUrl));

  it("passes over what it does not know in the address of a list", () => checkGarbage(pages.explorerUrl));

  it("does not take an indexer that is away for a missing page", async () => {
    await using supervisor = new Supervisor(devnet.dir);
    const [nobody, port] = [await freePort(), await freePort()];
    const indexerUrl = `http://127.0.0.1:${nobody}`;
    await checkUnanswered(await startExplorer({ supervisor, indexerUrl, port, signal }));
  });
});
