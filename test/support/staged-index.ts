import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Address } from "@lloom/protocol/commitment-types";
import { jsonText } from "@lloom/protocol/json-text";
import { merkleProof, merkleRoot } from "@lloom/protocol/merkle";
import { type PlacedEvent, replay } from "@lloom/protocol/reputation/epochs-of";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { standingLeaf } from "@lloom/protocol/reputation/standings-tree";

/** An index by the protocol's fold, which a test lets lie. */
export interface StagedIndex extends AsyncDisposable {
  readonly url: string;
  /** What becomes of every answer on its way out. */
  change: (path: string, answer: string) => string;
}

/** What it knows. */
export interface StagedPast {
  readonly rules: ReputationRules;
  readonly events: readonly PlacedEvent[];
  readonly executors: readonly Address[];
  readonly head: number;
}

/** Serves `/meta`, `/reputation/…` and one executor's rows by `/graphql`, as the indexer does. */
export async function openStagedIndex({ rules, events, executors, head }: StagedPast): Promise<StagedIndex> {
  const replayed = new Map(executors.map((executor) => [executor, replay(rules, { executor, events })]));
  const standingAt = (executor: Address, epoch: bigint) => {
    const found = replayed.get(executor)?.at(epoch);
    if (found === undefined) return [];
    const { block: _, ...standing } = found;
    return [{ executor, ...standing }];
  };
  const tree = (epoch: bigint) => executors.toSorted().flatMap((executor) => standingAt(executor, epoch));
  const answer = (path: string, body: string): unknown => {
    if (path === "/meta") return { block: { number: String(head), timestamp: 0 } };
    const [, asked, epochText = "", which = ""] = path.split(/[/?]/);
    if (asked === "graphql") {
      const executor = /executorAddress: \\"(0x\w{40})/.exec(body)?.[1] as Address;
      const after = BigInt(/epoch_gt: (-?\d+)/.exec(body)?.[1] ?? -1);
      const rows = replayed.get(executor)?.standings() ?? [];
      const items = rows
        .filter(({ epoch }) => epoch > after)
        .map((row) => ({ ...row, epoch: Number(row.epoch), block: String(row.block), grade: row.grade.toUpperCase() }));
      return { data: { reputations: { items } } };
    }
    const standings = tree(BigInt(epochText));
    const leaves = standings.map(standingLeaf);
    const root = { root: merkleRoot(leaves), count: standings.length, complete: true };
    if (which === "standings") return { ...root, standings };
    const index = standings.findIndex(({ executor }) => executor === which);
    if (index < 0) return undefined;
    return { ...root, index, standing: standings[index], proof: merkleProof(leaves, index) };
  };
  const staged = { change: (_: string, told: string) => told };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    void text(request).then((body) => {
      const found = answer(path, body);
      if (found === undefined) response.statusCode = 404;
      response.end(found === undefined ? '{"code":"ROUTE_NOT_FOUND"}' : staged.change(path, jsonText(found)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(staged, {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
