import type { Hex } from "@lloom/protocol/commitment-types";
import Link from "next/link";
import { shortHex } from "../../lib/format.ts";
import { Sign } from "../figures/sign.tsx";

/** Says that the answer of a settlement was disputed, with the way there. Nothing where none was. */
export function DisputedNotice({ disputes }: { readonly disputes: readonly Hex[] }) {
  if (disputes.length === 0) return null;
  return (
    <p className="panel flex flex-wrap items-baseline gap-x-3 px-4 py-2.5" data-testid="disputed">
      <Sign
        form="open"
        text="The last answer of this settlement was disputed:"
        hint="Who says what, and what came of it"
      />
      {disputes.map((id) => (
        <Link
          key={id}
          className="link font-mono text-[0.8125rem]"
          href={`/disputes/${id}`}
          prefetch={false}
          title={`dispute: ${id}`}
        >
          {shortHex(id)}
        </Link>
      ))}
    </p>
  );
}
