import { isAddress } from "@lloom/protocol/identifiers";
import type { NextRequest } from "next/server";
import { readSettledReceipt, type SettledReceipt } from "../../../lib/indexer/receipts.ts";

/** Digits of a uint256. */
const NUMBER = /^\d{1,78}$/;

const bodyOf = ({ network, settlement, keys }: SettledReceipt) => ({
  network: network ?? null,
  settlement: settlement ?? null,
  keys: keys.map(({ address, principalAddress, thawEnd }) => ({
    signer: address,
    principal: principalAddress,
    thawEnd: thawEnd === null ? null : BigInt(thawEnd),
  })),
});

/** What the index has of one place of a lane, for whoever checks a receipt; numbers are text. */
export async function GET({ nextUrl }: NextRequest): Promise<Response> {
  const asked = (name: string): string => nextUrl.searchParams.get(name) ?? "";
  const [client, executor, lane, nonce] = [asked("client"), asked("executor"), asked("lane"), asked("nonce")];
  if (!isAddress(client) || !isAddress(executor) || !NUMBER.test(lane) || !NUMBER.test(nonce)) {
    return new Response("Give client and executor as addresses in lower case, lane and nonce as whole numbers.\n", {
      status: 400,
    });
  }
  const settled = await readSettledReceipt({ client, executor, lane, nonce });
  const headers = { "cache-control": "no-store", "content-type": "application/json" };
  if (!settled.ok) return Response.json({ problem: settled.problem.message }, { status: 503, headers });
  const text = JSON.stringify(bodyOf(settled.value), (_, value) => (typeof value === "bigint" ? String(value) : value));
  return new Response(text, { headers });
}
