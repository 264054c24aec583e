import type { Market } from "../../support/contracts/market.ts";
import { answers, type Cast } from "./deeds.ts";
import { type Row, rowsOf, sum, type Tables, text } from "./rows.ts";

/** Sums of one and the same thing over several tables, and the block that the index names. */
const MOMENT = `{
  network(id: "lloom") { requests paid settlementCount }
  executors { items { requests paid settlementCount } } networkDays { items { requests paid settlementCount } }
  networkHours(limit: 1000) { items { requests paid settlementCount } } lanes(limit: 1000) { items { requests paid settlementCount } }
  settlements(limit: 1000) { items { requests paid } totalCount } _meta { status }
}`;

/** Which blocks one answer names, and the sums that have to be equal in it. */
export interface Moment {
  readonly blocks: readonly string[];
  readonly sums: readonly string[];
}

interface MomentAnswer {
  readonly data: Tables & {
    readonly _meta: { readonly status: { readonly lloom: { readonly block: { readonly number: number } } } };
  };
  readonly extensions: { readonly snapshot: { readonly number: string } };
}

interface FirstPage {
  readonly meta: { readonly block: { readonly number: string } };
  readonly network: { readonly requests: string };
  readonly days: readonly Row[];
}

function momentOf({ data, extensions }: MomentAnswer): Moment {
  const tables = ["executors", "networkDays", "networkHours", "lanes", "settlements"];
  return {
    blocks: [String(data._meta.status.lloom.block.number), extensions.snapshot.number],
    sums: [text(data.network["requests"]), ...tables.map((name) => String(sum(rowsOf(data, name), "requests")))],
  };
}

/** Settlements of an answer each, one block after the other. */
export async function settleInTurn(market: Market, { client, executor }: Cast, count: number): Promise<void> {
  const work = { domain: market.domain, client, executor, deadline: await market.deadline() };
  for (let lane = 1_000n; lane < 1_000n + BigInt(count); lane++)
    await market.accounting.send(executor, "settle", [answers({ ...work, lane }, 1).pair]);
}

/** What an index answers, by GraphQL and as the first page's figures, again and again until the traffic is over. */
export async function momentsDuring(url: string, traffic: Promise<void>): Promise<readonly Moment[]> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query: MOMENT });
  const moments: Moment[] = [];
  let isOver = false;
  const over = traffic.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const answer = await fetch(`${url}/graphql`, { method: "POST", headers, body });
    moments.push(momentOf((await answer.json()) as MomentAnswer));
    const page = (await (await fetch(`${url}/api/overview`)).json()) as FirstPage;
    moments.push({
      blocks: [page.meta.block.number],
      sums: [page.network.requests, String(sum(page.days, "requests"))],
    });
  }
  await over;
  return moments;
}
