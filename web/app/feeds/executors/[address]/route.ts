import { addressOf } from "@lloom/protocol/identifiers";
import type { NextRequest } from "next/server";
import { feedRefusal, feedResponse } from "../../../../lib/feeds/answer.ts";
import { shortHex } from "../../../../lib/format.ts";
import { readExecutorFeed } from "../../../../lib/indexer/feeds.ts";

interface RouteParams {
  readonly params: Promise<{ readonly address: string }>;
}

const UNKNOWN = () => new Response("There is no executor with this address.\n", { status: 404 });

/** What happened to an executor as an Atom feed: settlements, disputes, and jail. */
export async function GET(_request: NextRequest, { params }: RouteParams): Promise<Response> {
  const address = addressOf((await params).address);
  if (address === undefined) return UNKNOWN();
  const rows = await readExecutorFeed(address);
  if (!rows.ok) return feedRefusal(rows.problem);
  if (rows.value === undefined) return UNKNOWN();
  const { network } = rows.value;
  return feedResponse(
    {
      id: `urn:lloom:${network?.chainId ?? 0n}:${network?.accounting ?? "none"}:executor:${address}`,
      title: `Executor ${shortHex(address)} of the Lloom network`,
      ...{ self: `/feeds/executors/${address}`, page: `/executors/${address}` },
    },
    rows.value,
  );
}
