import Link from "next/link";
import type { Dispute, Move } from "../../lib/dispute-rows.ts";
import { lineOf } from "../../lib/disputes/story.ts";
import { OFFENCE_WORDS } from "../../lib/disputes/words.ts";
import { shortHex } from "../../lib/format.ts";
import { Identifier } from "../figures/identifier.tsx";

interface MoveListProps {
  readonly moves: readonly Move[];
  /** Faults that the transaction proved; they have no moves. */
  readonly proven: readonly Dispute[];
}

/** What a transaction did in disputes. */
export function MoveList({ moves, proven }: MoveListProps) {
  const way = (id: string) => (
    <Link
      className="link font-mono text-[0.8125rem]"
      href={`/disputes/${id}`}
      prefetch={false}
      title={`dispute: ${id}`}
    >
      {shortHex(id)}
    </Link>
  );
  return (
    <ul className="divide-y divide-line">
      {proven.map(({ disputeId, offence }) => (
        <li key={disputeId} className="px-4 py-2">
          {way(disputeId)} {OFFENCE_WORDS[offence].accusation}
        </li>
      ))}
      {moves.map((move) => {
        const { account, text } = lineOf(move, "token");
        return (
          <li key={move.id} className="px-4 py-2">
            {way(move.disputeId)}{" "}
            {account === null ? null : (
              <Identifier value={account} what="address" href={`/search?q=${account}`} short />
            )}{" "}
            {text}
          </li>
        );
      })}
    </ul>
  );
}
