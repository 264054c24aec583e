import type { Receipt } from "@lloom/protocol/commitment-types";
import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { LloomError } from "@lloom/protocol/lloom-error";
import { Contract, type EventLog } from "ethers";
import { connect } from "../../checkout/rpc.ts";
import type { Devnet, Pages } from "./devnet.ts";
import type { Wait, Worker } from "./patience.ts";
import { until } from "./until.ts";

/** A lane's settlement as the chain tells it. */
export interface SeenSettlement {
  readonly transactionHash: string;
  /** Base units of the payment token. */
  readonly paid: bigint;
  /** Of the whole transaction. */
  readonly gasUsed: bigint;
  readonly blockNumber: number;
  /** Digest of the newest response that it covers. */
  readonly responseHash: string;
}

/** Waits until the receipt's lane is settled on chain up to the receipt. */
export async function awaitSettlement(
  devnet: Devnet,
  { request }: Receipt,
  signal: AbortSignal,
): Promise<SeenSettlement> {
  const provider = connect(devnet.rpcUrl);
  try {
    const accounting = new Contract(devnet.deployment.accounting, accountingV2Abi, provider);
    const filter = accounting.filters["LaneSettled"]?.(request.client, request.executor, request.lane);
    if (filter === undefined) throw new LloomError("INTERNAL", "The contract's interface has no LaneSettled event.");
    return await until(workOf(devnet, "the settlement", /^(chain|executor)/, signal), async () => {
      const logs = await accounting.queryFilter(filter, devnet.deployment.startBlock);
      const log = logs
        .filter((entry): entry is EventLog => "args" in entry)
        .find(({ args }) => args["nonce"] >= request.nonce);
      if (log === undefined) return undefined;
      const receipt = await log.getTransactionReceipt();
      return {
        transactionHash: log.transactionHash,
        paid: log.args["acknowledgedPaid"] + log.args["tailPaid"],
        gasUsed: receipt.gasUsed,
        blockNumber: log.blockNumber,
        responseHash: log.args["responseHash"],
      };
    });
  } finally {
    provider.destroy();
  }
}

/** The settlement's page. */
export const settlementPage = ({ explorerUrl }: Pages, { transactionHash }: SeenSettlement): string =>
  `${explorerUrl}/tx/${transactionHash}`;

interface Visible {
  readonly devnet: Devnet;
  readonly pages: Pages;
  readonly settlement: SeenSettlement;
  readonly signal: AbortSignal;
}

/** Waits until GraphQL and the explorer's page show the settlement. */
export async function awaitVisible({ devnet, pages, settlement, signal }: Visible): Promise<void> {
  const query = `{ settlements(where: { transactionHash: "${settlement.transactionHash}" }) { items { paid } } }`;
  await until(workOf(devnet, "the settlement in GraphQL", /^indexer/, signal), async (signal) => {
    const response = await fetch(`${pages.indexerUrl}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
      signal,
    });
    const { data } = (await response.json()) as { data?: { settlements: { items: { paid: string }[] } } };
    return data?.settlements.items.find(({ paid }) => BigInt(paid) === settlement.paid);
  });
  await until(
    { ...workOf(devnet, "the settlement on the explorer's page", /^(indexer|explorer)/, signal), everyMs: 500 },
    async (signal) => {
      const page = await fetch(settlementPage(pages, settlement), { signal });
      // A page that knows no such transaction is a page too, and repeats the hash.
      return page.ok && (await page.text()).includes('data-testid="settlement"') ? true : undefined;
    },
  );
}

function workOf({ supervisor }: Devnet, what: string, names: RegExp, signal: AbortSignal): Wait {
  const workers = (): readonly Worker[] => supervisor.parts.filter(({ name }) => names.test(name));
  return { what, workers, tell: (text) => supervisor.tell(text), signal };
}
