"use client";

import type { Address } from "@lloom/protocol/commitment-types";
import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { shortHex } from "../../lib/format.ts";
import { LIMITS } from "../../lib/playground/conversation.ts";
import { BUTTON, FIELD, LABEL, PLAIN_BUTTON } from "./styles.ts";

/** An executor that sells the chosen model to this page. */
export interface AskableExecutor {
  readonly executor: Address;
  /** What a million tokens of prompt and answer cost, in words. */
  readonly price: string;
  /** Whether the account has money in its channel; undefined where nobody says. */
  readonly isFunded: boolean | undefined;
}

export interface NewQuestion {
  readonly text: string;
  readonly maxTokens: number;
}

interface AskFormProps {
  readonly models: readonly string[];
  readonly model: string;
  readonly onModel: (model: string) => void;
  readonly sellers: readonly AskableExecutor[];
  readonly executor: Address | undefined;
  readonly onExecutor: (executor: Address | undefined) => void;
  /** Why nothing can be asked yet; undefined if it can. */
  readonly hurdle: string | undefined;
  readonly isBusy: boolean;
  readonly onAsk: (asked: NewQuestion) => void;
  readonly onStop: () => void;
  readonly onClear: (() => void) | undefined;
}

const executorWords = ({ executor, price, isFunded }: AskableExecutor): string =>
  `${shortHex(executor)}, ${price}${isFunded === false ? ", no money in the channel" : ""}`;

/** Takes a question: to which model, by whom, how long its answer may be. */
export function AskForm(props: AskFormProps) {
  const { models, model, onModel, sellers, executor, onExecutor, hurdle, isBusy, onAsk, onStop, onClear } = props;
  const id = useId();
  const [text, setText] = useState("");
  const [maxTokens, setMaxTokens] = useState<number>(LIMITS.usualAnswerTokens);
  const canAsk = !isBusy && hurdle === undefined && text.trim() !== "" && maxTokens >= 1;
  const submit = (): void => {
    if (!canAsk) return;
    onAsk({ text: text.trim(), maxTokens: Math.min(Math.floor(maxTokens), LIMITS.answerTokens) });
    setText("");
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };
  return (
    <form onSubmit={onSubmit} className="space-y-3 border-t border-line p-4">
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)_7rem]">
        <div>
          <label htmlFor={`${id}-model`} className={LABEL}>
            Model
          </label>
          <select
            id={`${id}-model`}
            className={FIELD}
            value={model}
            disabled={isBusy || models.length === 0}
            onChange={({ currentTarget }) => onModel(currentTarget.value)}
          >
            {models.length === 0 ? <option value="">None yet</option> : null}
            {models.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={`${id}-executor`} className={LABEL}>
            Executor
          </label>
          <select
            id={`${id}-executor`}
            className={FIELD}
            value={executor ?? ""}
            disabled={isBusy || sellers.length === 0}
            onChange={({ currentTarget: { value } }) => onExecutor(value === "" ? undefined : (value as Address))}
          >
            <option value="">Chosen for you</option>
            {sellers.map((one) => (
              <option key={one.executor} value={one.executor}>
                {executorWords(one)}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={`${id}-tokens`} className={LABEL}>
            Most tokens
          </label>
          <input
            id={`${id}-tokens`}
            className={FIELD}
            type="number"
            min={1}
            max={LIMITS.answerTokens}
            value={maxTokens}
            onChange={({ currentTarget }) => setMaxTokens(currentTarget.valueAsNumber || 0)}
          />
        </div>
      </div>
      <div>
        <label htmlFor={`${id}-text`} className={LABEL}>
          Your question, at most {LIMITS.questionCharacters.toLocaleString("en-US")} characters
        </label>
        <textarea
          id={`${id}-text`}
          className={`${FIELD} mt-1`}
          rows={3}
          maxLength={LIMITS.questionCharacters}
          value={text}
          onKeyDown={onKeyDown}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <button type="submit" className={BUTTON} disabled={!canAsk} title="Ctrl or Cmd with Enter">
          Ask
        </button>
        {/* Always there, in one place: a click that comes as the answer ends must meet nothing that asks, or clears. */}
        <button type="button" className={PLAIN_BUTTON} disabled={!isBusy} onClick={onStop}>
          Stop
        </button>
        {onClear === undefined ? null : (
          <button type="button" className={PLAIN_BUTTON} disabled={isBusy} onClick={onClear}>
            Clear the conversation
          </button>
        )}
        <p className="text-[0.8125rem] text-ink-soft" data-testid="hurdle">
          {hurdle ?? ""}
        </p>
      </div>
    </form>
  );
}
