import { CHOICE } from "@lloom/protocol/reputation/choice-rule";
import Link from "next/link";
import type { ReactNode } from "react";
import type { Eligibility, Place, Why } from "../../lib/executors/why.ts";
import { formatCount, formatDuration } from "../../lib/format.ts";
import { Amount } from "../figures/amount.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Form, Sign } from "../figures/sign.tsx";
import { Panel } from "../layout/panel.tsx";

const VERDICTS: Readonly<Record<Eligibility, { readonly form: Form; readonly text: string }>> = {
  can: { form: "cleared", text: "Clients may choose it." },
  last: { form: "danger", text: "Clients ask it only where nobody else is left." },
  never: { form: "danger", text: "No client buys from it now." },
};

/** `×0.83`, `×1`. */
const factorText = (factor: number): string => `×${factor.toFixed(2).replace(/\.?0+$/, "")}`;

interface FactorProps {
  readonly name: string;
  readonly form: Form;
  readonly word: string;
  readonly children: ReactNode;
}

function Factor({ name, form, word, children }: FactorProps) {
  return (
    <li className="grid gap-x-6 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[8.5rem_8.5rem_1fr]" data-testid="why-factor">
      <span className="text-[0.875rem] text-ink">{name}</span>
      <span className="text-[0.875rem] font-medium">
        <Sign form={form} text={word} hint={name} />
      </span>
      <span className="min-w-0 text-[0.875rem] text-ink-soft">{children}</span>
    </li>
  );
}

function PlaceFactor({ place }: { readonly place: Place }) {
  const { modelHash, price, counted, rank, of, cheapest, isNear } = place;
  return (
    <Factor
      name="Price"
      form={isNear ? "cleared" : "none"}
      word={rank === 1 ? "cheapest" : isNear ? "near the best" : `${formatCount(rank)} of ${formatCount(of)}`}
    >
      For <Identifier value={modelHash} what="hash of the model's name" href={`/models/${modelHash}`} short /> a million
      tokens were <Amount units={price} withSymbol />, which counts as <Amount units={counted} />; the cheapest of{" "}
      {formatCount(of)} counts as <Amount units={cheapest} />. What is asked now may differ.
    </Factor>
  );
}

/** Why it is chosen or not: the rule of `lloom ask` and the gateway, factor by factor, as far as the chain can say. */
export function WhyPanel({ why }: { readonly why: Why }) {
  const { eligibility, isStaked, hasCheated, isReported, factor, places } = why;
  const verdict = VERDICTS[eligibility];
  return (
    <Panel
      title="Why it is chosen, or not"
      note={
        <>
          by the rule of <code className="font-mono">lloom ask</code> and the gateway
        </>
      }
      actions={
        <Link className="link" href="/method">
          The rule
        </Link>
      }
    >
      <p className="border-b border-line px-4 py-3 font-medium" data-testid="why-verdict" data-value={eligibility}>
        <Sign form={verdict.form} text={verdict.text} hint="By the factors below" />
      </p>
      <ul className="divide-y divide-line">
        <Factor name="Stake" form={isStaked ? "cleared" : "danger"} word={isStaked ? "enough" : "missing"}>
          Only executors that hold the minimum stake and are not in jail are bought from.
        </Factor>
        <Factor name="Fraud" form={hasCheated ? "danger" : "cleared"} word={hasCheated ? "found" : "none"}>
          Strikes of the last {formatDuration(CHOICE.fraudSeconds)} for a wrong model or inflated counts, by a jury or
          conceded.
        </Factor>
        <Factor name="Audits" form={isReported ? "danger" : "cleared"} word={isReported ? "report it" : "no report"}>
          An executor that audits speak against beyond doubt is asked last.
        </Factor>
        <Factor name="Reputation" form="none" word={factorText(factor)}>
          What its price is multiplied by for a client that does not know it; at most {CHOICE.mostPriceFactor} times
          dearer or cheaper.
        </Factor>
        {places.map((place) => (
          <PlaceFactor key={place.modelHash} place={place} />
        ))}
        <Factor name="Not on chain" form="none" word="unknown here">
          Whoever has answered a client before is asked first by it. Prices now, free places, context and speed stand in
          offers: <code className="font-mono text-[0.8125rem] whitespace-nowrap">lloom status --why</code> knows them of
          an executor of one's own.
        </Factor>
      </ul>
    </Panel>
  );
}
