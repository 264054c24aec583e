import type { Metadata } from "next";
import type { ReactNode } from "react";
import { ParameterTable } from "../../components/about/parameter-table.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { CHOICE_PARAMETERS, CONTRACT_PARAMETERS, REPUTATION_PARAMETERS } from "../../lib/about/parameters.ts";
import { allFormulas } from "../../lib/figure-sources.ts";

export const metadata: Metadata = { title: "How figures are computed" };

const CODE = "font-mono text-[0.8125rem] [overflow-wrap:anywhere]";

function Formula({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <li className="grid gap-x-6 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[11rem_1fr]">
      <span className="text-[0.875rem] text-ink-soft">{name}</span>
      <span className="min-w-0">{children}</span>
    </li>
  );
}

const TRUST = [
  [
    "Share s",
    "the largest at which (1 − s) − 2 s + Σ clip(P (1 − s) − N s, −1, 1) is not below zero, over validators with P passed and N = 5 · failed + unanswered audits, aged",
  ],
  ["Lower bound L", "s − 1.64 s √((1 − s) / (G + s)), at least 0, with G = 1 + ΣP + min(receipts, ΣP)"],
  ["Stake factor S", "1 − e^(−stake / (3 · minimum stake))"],
  ["Trust", "L^0.85 · S^0.15 · 2^−strikes"],
] as const;

const CHOOSING = [
  [
    "Who may be asked",
    "whoever holds the minimum stake and is not in jail; who was found to have cheated, or is reported by audits, only where nobody else is left",
  ],
  ["Who is asked first", "whoever has answered this client before, then strangers; of those the cheapest"],
  ["What is cheapest", "(prompt tokens · price in + longest answer · price out) · reputation factor / success²"],
  ["Reputation factor", "0.5 / trust, between 1/1.5 and 1.5; 1 for a newcomer; to the power of 1 / (1 + own answers)"],
] as const;

/** Formulas and their numbers; it needs no index. */
export default function MethodPage() {
  return (
    <>
      <PageTitle
        isTimeless
        lead="Every figure's formula also stands behind its underlined name. All of it is computed from events of the contracts; numbers below are those of the code that this explorer was built with."
      >
        How figures are computed
      </PageTitle>
      <div className="space-y-5">
        <Panel title="Figures" note="over columns of one row of the index">
          <ul className="divide-y divide-line">
            {allFormulas().map(({ table, name, formula }) => (
              <Formula key={`${table}.${name}`} name={`${table}, ${name}`}>
                <code className={CODE}>{formula}</code>
              </Formula>
            ))}
          </ul>
        </Panel>
        <Panel title="Reputation" note="docs/reputation.md tells the reasons at length">
          <ul className="divide-y divide-line">
            {TRUST.map(([name, formula]) => (
              <Formula key={name} name={name}>
                {formula}
              </Formula>
            ))}
          </ul>
          <div className="border-t border-line">
            <ParameterTable caption="Numbers of the reputation formula" parameters={REPUTATION_PARAMETERS} />
          </div>
        </Panel>
        <Panel title="A client's choice" note="the rule of lloom ask and the gateway">
          <ul className="divide-y divide-line">
            {CHOOSING.map(([name, formula]) => (
              <Formula key={name} name={name}>
                {formula}
              </Formula>
            ))}
          </ul>
          <div className="border-t border-line">
            <ParameterTable caption="Numbers of a client's choice" parameters={CHOICE_PARAMETERS} />
          </div>
        </Panel>
        <Panel title="Contracts" note="constants that pages speak of">
          <ParameterTable caption="Constants of the contracts" parameters={CONTRACT_PARAMETERS} />
        </Panel>
      </div>
    </>
  );
}
