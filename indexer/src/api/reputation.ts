import { bytesToHex } from "@lloom/protocol/hex";
import { addressOf } from "@lloom/protocol/identifiers";
import { merkleProof } from "@lloom/protocol/merkle";
import type { Context } from "hono";
import { jsonResponse, refusal } from "./json.ts";
import { inSnapshot } from "./snapshot.ts";
import { indexedNow, type StandingsTree, standingRows, standingsTree } from "./standings.ts";

const MOST_ON_A_PAGE = 1_000;
const WHICH_EPOCH = "Ask for now, or for an epoch that has begun: its first second divided by the epochs' length.";

/** `/reputation/EPOCH`: the root over everybody's standing, and what it is by. */
export const standingsRootOf = (context: Context): Promise<Response> =>
  withTree(context, (tree) => jsonResponse(rootOf(tree)));

/** `/reputation/EPOCH/standings`: the standings in the order of the tree, page by page. */
export const standingsPage = (context: Context): Promise<Response> =>
  withTree(context, (tree) => {
    const { after, limit = String(MOST_ON_A_PAGE) } = context.req.query();
    const start = after === undefined ? "" : addressOf(after);
    if (start === undefined) return refusal("REQUEST_INVALID", "after has to be an address.");
    if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST_ON_A_PAGE) {
      return refusal("REQUEST_INVALID", `limit has to be a number from 1 to ${MOST_ON_A_PAGE}.`);
    }
    const rest = tree.standings.filter(({ executor }) => executor > start);
    return jsonResponse({ ...rootOf(tree), standings: rest.slice(0, Number(limit)) });
  });

/** `/reputation/EPOCH/ADDRESS`: one standing, its leaf, and the proof that the root has it. */
export const oneStanding = (context: Context): Promise<Response> =>
  withTree(context, (tree) => {
    const executor = addressOf(context.req.param("executor") ?? "");
    if (executor === undefined) return refusal("REQUEST_INVALID", "The executor has to be an address in hex.");
    const index = tree.standings.findIndex((standing) => standing.executor === executor);
    const [standing, leaf] = [tree.standings[index], tree.leaves[index]];
    if (standing === undefined || leaf === undefined) {
      const message = `${executor} is no executor that had registered by epoch ${tree.epoch}.`;
      return refusal(
        "ROUTE_NOT_FOUND",
        message,
        "Ask for a registered executor: /reputation/now/standings lists them.",
      );
    }
    const proof = merkleProof(tree.leaves, index);
    return jsonResponse({ ...rootOf(tree), index, standing, leaf: bytesToHex(leaf), proof });
  });

const rootOf = ({ epoch, root, standings, block, complete, rules }: StandingsTree) => ({
  epoch,
  root,
  count: standings.length,
  block: block ?? null,
  complete,
  rules,
});

async function withTree(context: Context, answer: (tree: StandingsTree) => Response): Promise<Response> {
  const asked = context.req.param("epoch") ?? "";
  if (asked !== "now" && !/^\d{1,10}$/.test(asked)) {
    return refusal("REQUEST_INVALID", "The epoch has to be a number, or now.", WHICH_EPOCH);
  }
  const found = await inSnapshot(async (snapshot) => {
    const now = await indexedNow(snapshot);
    const epoch = asked === "now" ? (now?.epoch ?? 0) : Number(asked);
    return now && { now, epoch, rows: epoch > now.epoch ? undefined : await standingRows(snapshot.tables, epoch) };
  });
  if (found === undefined) return refusal("INDEXER_BUSY", "Nothing is indexed yet.", "Wait until /ready answers 200.");
  const { now, epoch, rows } = found;
  if (rows === undefined) {
    return refusal("REQUEST_INVALID", `Epoch ${epoch} has not begun: the index is in ${now.epoch}.`, WHICH_EPOCH);
  }
  return answer(await standingsTree(now, epoch, rows));
}
