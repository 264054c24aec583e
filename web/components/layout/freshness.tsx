import { setTimeout as pause } from "node:timers/promises";
import { Suspense } from "react";
import { freshnessOf } from "../../lib/moment/freshness.ts";
import { readHead } from "../../lib/moment/head.ts";
import { LiveBadge } from "./live-badge.tsx";

/** How long a page waits for its badge: what comes after the page moves what somebody reads, a warning by a whole banner. */
const PATIENCE_MS = 300;
const LATE = Symbol("late");

/** The badge with what the server knows now; of an index that takes long, when it answers. */
export async function Freshness() {
  const reading = readHead();
  const head = await Promise.race([reading, pause(PATIENCE_MS, LATE, { ref: false })]);
  if (head !== LATE) return <LiveBadge initial={freshnessOf(head)} />;
  return (
    <Suspense fallback={<span className="skeleton h-4 w-40 justify-self-end" />}>
      <Later reading={reading} />
    </Suspense>
  );
}

const Later = async ({ reading }: { readonly reading: ReturnType<typeof readHead> }) => (
  <LiveBadge initial={freshnessOf(await reading)} />
);
