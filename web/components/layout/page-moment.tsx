import { formatCount, formatMoment } from "../../lib/format.ts";
import { pageMoments } from "../../lib/moment/page-moment.ts";

/** Of which block the figures of this page are; drawn after everything was read. Warns where the index was silent meanwhile. */
export function PageMoment() {
  const moments = pageMoments();
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined) return null;
  const blocks =
    first === last
      ? `block ${formatCount(last.block)}`
      : `blocks ${formatCount(first.block)} to ${formatCount(last.block)}`;
  const silentSince = first.silentSince ?? last.silentSince;
  return (
    <>
      {silentSince === undefined ? null : (
        <p role="alert" data-testid="kept-banner" className="banner mt-3">
          The index behind this explorer does not answer. What you see is its last answer, of{" "}
          {formatMoment(silentSince)}; this page follows by itself once it is back.
        </p>
      )}
      <p className="mt-1 text-[0.8125rem] text-ink-faint" data-testid="page-moment" data-block={last.block}>
        All figures as of {blocks}, {formatMoment(last.timestamp)}.
      </p>
    </>
  );
}
