"use client";

import Link from "next/link";
import { type Form, Sign } from "../figures/sign.tsx";

/** A line of what was found, as it stands on the page. */
export interface ShownLine {
  readonly name: string;
  readonly what: string;
  /** `asked`: the answer is on its way. */
  readonly state: "right" | "wrong" | "open" | "asked";
  readonly says: string;
  readonly settlementId?: string;
}

const STATES = {
  right: { form: "cleared", text: "Right" },
  wrong: { form: "danger", text: "Wrong" },
  open: { form: "none", text: "Not checked" },
  asked: { form: "open", text: "Asking" },
} as const satisfies Record<ShownLine["state"], { form: Form; text: string }>;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What was found, line by line, each with a form and a word beside its colour. */
export function LineList({ lines }: { readonly lines: readonly ShownLine[] }) {
  return (
    <ol className="divide-y divide-line">
      {lines.map(({ name, what, state, says, settlementId }) => (
        <li
          key={name}
          data-testid="receipt-line"
          data-name={name}
          data-state={state}
          className="grid gap-x-6 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[8.5rem_1fr]"
        >
          <span className="text-[0.875rem] font-medium">
            <Sign form={STATES[state].form} text={STATES[state].text} hint={what} />
          </span>
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <span className="text-ink-soft">{capital(what)}: </span>
            {says}
            {settlementId === undefined ? null : (
              <>
                {" "}
                <Link className="link" href={`/settlements/${settlementId}`} prefetch={false}>
                  See the settlement
                </Link>
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
