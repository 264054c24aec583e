"use client";

import type { TokenUnit } from "@lloom/protocol/amounts";
import { useId } from "react";
import type { FieldName } from "../../lib/wallet/plan.ts";

interface FieldWords {
  readonly label: string;
  readonly hint: string;
  readonly isOptional?: boolean;
}

const WORDS: Readonly<Record<FieldName, FieldWords>> = {
  amount: { label: "Amount", hint: "As 1.5; or the word all." },
  executor: { label: "Executor", hint: "Its address: 0x and 40 digits." },
  to: { label: "Paid to", hint: "Another address; the connected wallet unless given.", isOptional: true },
  signer: { label: "Session key", hint: "Its address: 0x and 40 digits." },
  proof: { label: "Proof of a session key", hint: "What lloom signer prove wrote: paste the file." },
  settlement: { label: "Settlement", hint: "Chosen on the settlement's own page." },
  dispute: { label: "Dispute", hint: "Its id: 0x and 64 digits." },
};

interface ActionFieldProps {
  readonly name: FieldName;
  readonly value: string;
  readonly problem: string | undefined;
  readonly token: TokenUnit;
  /** Offered while it is typed. */
  readonly known: readonly string[];
  readonly isOptional?: boolean;
  readonly isDisabled: boolean;
  readonly onChange: (value: string) => void;
}

const BOX =
  "mt-1 block w-full rounded-md border bg-surface px-3 py-1.5 text-ink read-only:bg-raised disabled:opacity-60";

/** One field of an action, with what is wrong with it beside it. */
export function ActionField({
  name,
  value,
  problem,
  token,
  known,
  isOptional = false,
  isDisabled,
  onChange,
}: ActionFieldProps) {
  const id = useId();
  const { label, hint, isOptional: isAlways = false } = WORDS[name];
  const shared = {
    id,
    name,
    value,
    disabled: isDisabled,
    autoComplete: "off",
    spellCheck: false,
    "aria-describedby": `${id}-hint ${id}-problem`,
    "aria-invalid": problem !== undefined,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => onChange(currentTarget.value),
  };
  const edge = problem === undefined ? "border-line-strong" : "border-madder";
  return (
    <div>
      <label htmlFor={id} className="text-[0.875rem] text-ink-soft">
        {label}
        {name === "amount" ? ` in ${token.symbol}` : ""}
        {isAlways || isOptional ? " (optional)" : ""}
      </label>
      {name === "proof" ? (
        <textarea {...shared} rows={4} className={`${BOX} ${edge} font-mono text-[0.8125rem]`} />
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={name === "amount" ? "decimal" : "text"}
          readOnly={name === "settlement"}
          list={known.length === 0 ? undefined : `${id}-known`}
          className={`${BOX} ${edge} ${name === "amount" ? "tabular-nums" : "font-mono text-[0.8125rem]"}`}
        />
      )}
      {known.length === 0 ? null : (
        <datalist id={`${id}-known`}>
          {known.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <p id={`${id}-hint`} className="mt-1 text-[0.8125rem] text-ink-faint">
        {hint}
      </p>
      <p
        id={`${id}-problem`}
        className="text-[0.875rem] text-madder [overflow-wrap:anywhere]"
        data-testid={`problem-${name}`}
      >
        {problem}
      </p>
    </div>
  );
}
