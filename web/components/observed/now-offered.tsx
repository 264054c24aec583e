import { formatCount } from "../../lib/format.ts";
import type { Observation } from "../../lib/observer/read-sheet.ts";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { BookTable } from "./book-table.tsx";
import { ObservedBy } from "./observed-by.tsx";
import { UnseenNote } from "./unseen-note.tsx";

interface NowOfferedProps {
  readonly book: Observation<"book">;
  readonly now: number;
}

/** Who offers a model now: price, capacity, latency and uptime side by side. */
export function NowOffered({ book, now }: NowOfferedProps) {
  return (
    <Panel title="Now offered" note={book.state === "seen" ? <ObservedBy {...book} now={now} /> : undefined}>
      {book.state !== "seen" ? (
        <UnseenNote state={book.state} />
      ) : book.content.offers.length === 0 ? (
        <Empty title="No executor offers it now">Offers are heard within seconds of being made.</Empty>
      ) : (
        <>
          <BookTable offers={book.content.offers} show="executor" />
          {book.content.left === 0 ? null : (
            <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
              {formatCount(book.content.left)} dearer offers are left out.
            </p>
          )}
        </>
      )}
    </Panel>
  );
}
