import { formatFraction, formatMoment } from "../../lib/format.ts";
import type { Reputation } from "../../lib/reputation-rows.ts";
import { GRADE_WORDS } from "../../lib/reputation-words.ts";
import { Amount } from "../figures/amount.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";

/** A fraction or a count of evidence, in units of 2^-64. */
const Fraction = ({ value, testId }: { readonly value: bigint; readonly testId?: string }) => (
  <span className="tabular-nums" data-testid={testId} data-value={value.toString()} title={`${value} of 2^-64`}>
    {formatFraction(value)}
  </span>
);

function Inputs({ reputation }: { readonly reputation: Reputation }) {
  const { share, lower, upper, stakeFactor, stake, passed, failed, unanswered, receipts, strikes } = reputation;
  return (
    <Facts>
      <Fact
        label="Audits it passes"
        hint="The share of audits that it is believed to pass; least and most that are as believable"
      >
        <Fraction value={share} />
        <span className="text-ink-soft">
          , between <Fraction value={lower} testId="reputation-lower" /> and{" "}
          <Fraction value={upper} testId="reputation-upper" />
        </span>
      </Fact>
      <Fact label="By audits" hint="Of all validators, older ones counting less: half after two weeks">
        <Fraction value={passed} /> passed, <Fraction value={failed} /> failed, <Fraction value={unanswered} />{" "}
        unanswered
      </Fact>
      <Fact label="By receipts" hint="What clients acknowledged, in audits; of it counts as much as audits were passed">
        <Fraction value={receipts} />
      </Fact>
      <Fact label="Stake factor" hint="What its stake counts for: near 1 from several minimum stakes on">
        <Fraction value={stakeFactor} />
        <span className="text-ink-soft">
          , for <Amount units={stake} hint="Active stake" withSymbol />
        </span>
      </Fact>
      <Fact label="Strikes" hint="Older ones counting less; each halves the trust">
        <Fraction value={strikes} />
      </Fact>
    </Facts>
  );
}

/** How far it can be trusted, with all that this is computed from. */
export function ReputationPanel({ reputation }: { readonly reputation: Reputation | undefined }) {
  if (reputation === undefined) {
    return (
      <Panel title="Reputation">
        <Empty title="No reputation yet">An executor has one from its registration on.</Empty>
      </Panel>
    );
  }
  const { trust, grade, epoch, epochStartsAt } = reputation;
  return (
    <Panel
      title="Reputation"
      note={`as of epoch ${epoch}, ${formatMoment(epochStartsAt)}; it has aged since. Anyone can compute it from the chain`}
    >
      <p className="flex flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-3">
        <span className="text-[1.375rem] leading-tight font-medium" data-testid="reputation-grade">
          {GRADE_WORDS[grade].text}
        </span>
        <span className="text-ink-soft">
          trust <Fraction value={trust} testId="reputation-trust" /> of 1. {GRADE_WORDS[grade].meaning}
        </span>
      </p>
      <Inputs reputation={reputation} />
    </Panel>
  );
}
