import type { Reputation } from "../../lib/reputation-rows.ts";
import { epochNote, GRADE_WORDS, gradeMeaning } from "../../lib/reputation-words.ts";
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
          , for <Amount units={stake} withSymbol />
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

interface ReputationPanelProps {
  /** Newest first. */
  readonly history: readonly Reputation[];
  /** The chain's clock. */
  readonly now: number;
}

/** How far it can be trusted, with all that this is computed from, now and before. */
export function ReputationPanel({ history, now }: ReputationPanelProps) {
  const [reputation] = history;
  if (reputation === undefined) {
    return (
      <Panel title="Reputation">
        <Empty title="No reputation yet">An executor has one from its registration on.</Empty>
      </Panel>
    );
  }
  const { trust, grade } = reputation;
  return (
    <Panel title="Reputation" note={`${epochNote(reputation, now)}. Anyone can compute it from the chain`}>
      <p className="flex flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-3">
        <span className="text-[1.375rem] leading-tight font-medium" data-testid="reputation-grade">
          {GRADE_WORDS[grade].text}
        </span>
        <span className="text-ink-soft">
          trust <Fraction value={trust} testId="reputation-trust" /> of 1. {gradeMeaning(reputation)}
        </span>
      </p>
      <Inputs reputation={reputation} />
      {history.length === 1 ? null : <ReputationHistory rows={history} />}
    </Panel>
  );
}
