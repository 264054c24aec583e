"use client";

import { sessionOf, sessionText } from "@lloom/browser/session";
import { addressOf } from "@lloom/protocol/identifiers";
import { type FormEvent, useId, useState } from "react";
import type { ToldNetwork } from "../../lib/direct/network.ts";
import { CopyButton } from "../figures/copy-button.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { Panel } from "../layout/panel.tsx";
import { AuthoriseSteps } from "./authorise-steps.tsx";
import { BUTTON, FIELD, LABEL, PLAIN_BUTTON } from "./styles.ts";
import type { OwnPurse } from "./use-purse.ts";

interface OneField {
  readonly label: string;
  readonly button: string;
  readonly initial?: string;
  readonly placeholder: string;
  readonly isSecret?: boolean;
  /** What is wrong with what was given, or nothing. */
  readonly onGiven: (text: string) => string | undefined;
}

/** One value that the visitor gives. */
function OneField({ label, button, initial = "", placeholder, isSecret = false, onGiven }: OneField) {
  const id = useId();
  const [problem, setProblem] = useState<string>();
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setProblem(onGiven(String(new FormData(event.currentTarget).get("value") ?? "")));
  };
  return (
    <form onSubmit={onSubmit}>
      <label htmlFor={id} className={LABEL}>
        {label}
      </label>
      <div className="mt-1 flex flex-wrap gap-2">
        <input
          id={id}
          name="value"
          type={isSecret ? "password" : "text"}
          defaultValue={initial}
          placeholder={placeholder}
          maxLength={80}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          className={`${FIELD} flex-1 basis-52 font-mono`}
        />
        <button type="submit" className={PLAIN_BUTTON}>
          {button}
        </button>
      </div>
      {problem === undefined ? null : (
        <p id={`${id}-problem`} role="alert" className="mt-1 text-[0.8125rem] text-madder">
          {problem}
        </p>
      )}
    </form>
  );
}

function ImportKey({ own }: { readonly own: OwnPurse }) {
  const take = (text: string): string | undefined => {
    const session = sessionOf(text);
    if (session === undefined) return "A session key has 64 hex digits.";
    own.take(session);
    return undefined;
  };
  return (
    <OneField
      label="Or one that you exported before"
      button="Use it"
      placeholder="64 hex digits"
      isSecret
      onGiven={take}
    />
  );
}

function KeyActions({ own, secret }: { readonly own: OwnPurse; readonly secret: string }) {
  const [isShown, setShown] = useState(false);
  const [isSure, setSure] = useState(false);
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap gap-2">
        <button type="button" className={PLAIN_BUTTON} aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? "Hide the key" : "Export the key"}
        </button>
        <button type="button" className={PLAIN_BUTTON} onClick={() => (isSure ? own.forget() : setSure(true))}>
          {isSure ? "Forget it for good" : "Forget the key"}
        </button>
      </div>
      {isShown ? (
        <p className="flex items-start gap-1 text-[0.8125rem]">
          <code className="font-mono break-all" data-testid="session-secret">
            {secret}
          </code>
          <CopyButton text={secret} what="session key" />
        </p>
      ) : null}
      {isShown || isSure ? (
        <p className="text-[0.8125rem] text-ink-soft">
          Whoever has the key can spend what lies in the channels. Without a copy a forgotten one is gone; the account
          ends it with <code className="font-mono">lloom signer remove</code>.
        </p>
      ) : null}
    </div>
  );
}

/** The session key that pays: made here, authorised by the account, kept in this browser. */
export function SessionPanel({ own, network }: { readonly own: OwnPurse; readonly network: ToldNetwork }) {
  const { purse } = own;
  const payBy = (text: string): string | undefined => {
    const principal = addressOf(text.trim());
    if (principal === undefined) return "An address is 0x and 40 hex digits.";
    if (principal === purse?.session.address) return "That is the session key itself. Give the account with the money.";
    own.payBy(principal);
    return undefined;
  };
  return (
    <Panel title="Who pays" note="a session key, kept in this browser">
      <div className="space-y-4 p-4 text-[0.9375rem]" data-testid="session">
        {purse === undefined ? (
          <>
            <p className="text-ink-soft">
              Questions are signed by a key that this page makes. Your account authorises it once, and keeps its own key
              to itself.
            </p>
            <button type="button" className={BUTTON} onClick={own.make}>
              Make a session key
            </button>
            <ImportKey own={own} />
          </>
        ) : (
          <>
            <div>
              <span className={LABEL}>Session key</span>
              <Identifier
                value={purse.session.address}
                what="session key's address"
                copyable
                testId="session-address"
              />
            </div>
            <OneField
              key={purse.principal}
              label="1. Account whose channels pay"
              button="Pay by it"
              initial={purse.principal ?? ""}
              placeholder="0x…"
              onGiven={payBy}
            />
            {purse.principal === undefined ? null : (
              <AuthoriseSteps own={own} session={purse.session} principal={purse.principal} network={network} />
            )}
            <KeyActions own={own} secret={sessionText(purse.session)} />
          </>
        )}
      </div>
    </Panel>
  );
}
