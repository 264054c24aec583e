import { isAddress } from "@lloom/protocol/identifiers";
import type { NextRequest } from "next/server";
import { readPurse } from "../../../lib/indexer/purse.ts";

/** What the index has of a session key's channels, and who has a stake, for `/playground`; numbers are text. */
export async function GET({ nextUrl }: NextRequest): Promise<Response> {
  const principal = nextUrl.searchParams.get("principal") ?? "";
  const signer = nextUrl.searchParams.get("signer") ?? "";
  if (!isAddress(principal) || !isAddress(signer))
    return new Response("Give principal and signer as addresses in lower case.\n", { status: 400 });
  const purse = await readPurse({ principal, signer });
  const headers = { "cache-control": "no-store", "content-type": "application/json" };
  if (!purse.ok) return Response.json({ problem: purse.problem.message }, { status: 503, headers });
  const { channels, staked, session } = purse.value;
  return Response.json(
    {
      channels: channels.map(({ executorAddress, balance }) => ({
        executor: executorAddress,
        balance: String(balance),
      })),
      staked,
      isAuthorised: session?.principalAddress === principal && (session.thawEnd === null || session.thawEnd === 0),
    },
    { headers },
  );
}
