import { formatMoment } from "../../lib/format.ts";
import type { Reputation } from "../../lib/reputation-rows.ts";
import { GRADE_WORDS } from "../../lib/reputation-words.ts";
import { Amount } from "../figures/amount.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Fraction } from "../figures/fraction.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { ReputationHistory } from "./reputation-history.tsx";

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
      <Fact label="Audits, aged" hint="Of all validators, older ones counting less: half after two weeks">
        <Fraction value={passed} /> passed, <Fraction value={failed} /> failed, <Fraction value={unanswered} />{" "}
        unanswered
      </Fact>
      <Fact
        label="Receipts, aged"
        hint="What clients acknowledged, in audits; of it counts as much as audits were passed"
      >
        <Fraction value={receipts} />
      </Fact>
      <Fact label="Stake factor" hint="What its stake counts for: near 1 from several minimum stakes on">
        <Fraction value={stakeFactor} />
        <span className="text-ink-soft">
          , for <Amount units={stake} hint="Active stake" withSymbol />
        </span>
      </Fact>
      <Fact
        label="Strikes, aged"
        hint="Older ones counting less, a proof of two answers as three; each halves the trust"
      >
        <Fraction value={strikes} />
      </Fact>
    </Facts>
  );
}

const STRUCK_NEWCOMER = "Too few audits for a grade; its strikes speak against it.";

/** How far it can be trusted, with all that this is computed from, now and before. Rows come newest first. */
export function ReputationPanel({ history }: { readonly history: readonly Reputation[] }) {
  const [reputation] = history;
  if (reputation === undefined) {
    return (
      <Panel title="Reputation">
        <Empty title="No reputation yet">An executor has one from its registration on.</Empty>
      </Panel>
    );
  }
  const { trust, grade, strikes, epoch, epochStartsAt } = reputation;
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
          trust <Fraction value={trust} testId="reputation-trust" /> of 1.{" "}
          {grade === "NEWCOMER" && strikes > 0n ? STRUCK_NEWCOMER : GRADE_WORDS[grade].meaning}
        </span>
      </p>
      <Inputs reputation={reputation} />
      {history.length === 1 ? null : <ReputationHistory rows={history} />}
    </Panel>
  );
}
