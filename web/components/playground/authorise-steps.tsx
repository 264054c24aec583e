"use client";

import type { Session } from "@lloom/browser/session";
import { shownAmount } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { useMemo } from "react";
import type { ToldNetwork } from "../../lib/direct/network.ts";
import { authorise } from "../../lib/playground/authorise.ts";
import type { ActionName } from "../../lib/wallet/actions.ts";
import { CopyButton } from "../figures/copy-button.tsx";
import { Sign } from "../figures/sign.tsx";
import { saveFile } from "./save-file.ts";
import { PLAIN_BUTTON } from "./styles.ts";
import type { OwnPurse } from "./use-purse.ts";

interface AuthoriseStepsProps {
  readonly own: OwnPurse;
  readonly session: Session;
  readonly principal: Address;
  readonly network: ToldNetwork;
}

function Command({ text }: { readonly text: string }) {
  return (
    <span className="flex items-start gap-1">
      <code className="font-mono text-[0.8125rem] break-all">{text}</code>
      <CopyButton text={text} what="command" />
    </span>
  );
}

/** To the page where wallets act; beside this one, whose conversation would be gone. */
const WalletLink = ({ act, children }: { readonly act: ActionName; readonly children: string }) => (
  <a className="link" href={`/account?do=${act}`} target="_blank" rel="noopener">
    {children}
  </a>
);

/** What the account does before its money can be spent here: it authorises the key, and fills a channel. */
export function AuthoriseSteps({ own: { told, askAgain }, session, principal, network }: AuthoriseStepsProps) {
  const { file, command } = useMemo(() => authorise(session, principal, network), [session, principal, network]);
  const save = (): void => saveFile(file.name, file.text);
  const filled = [...(told?.channels.values() ?? [])];
  const inChannels = filled.reduce((sum, one) => sum + one, 0n);
  return (
    <div className="space-y-3" data-testid="authorisation" data-state={stateOf(told?.isAuthorised)}>
      <div className="space-y-1.5">
        <p className="text-[0.8125rem] text-ink-soft">2. The account authorises the session key, once</p>
        {told?.isAuthorised === true ? (
          <Sign form="cleared" text="Authorised" hint="By the chain, as the index has it" />
        ) : (
          <>
            <button type="button" className={PLAIN_BUTTON} onClick={save}>
              Save the proof
            </button>
            <Command text={command} />
            <p className="text-[0.8125rem] text-ink-faint">
              With the account's key, within 24 hours. The file holds no secret.
            </p>
            <p className="flex flex-wrap items-center gap-x-1 text-[0.8125rem] text-ink-soft">
              Or with a wallet: copy the proof <CopyButton text={file.text} what="proof" /> for
              <WalletLink act="authorize-signer">Authorise a session key</WalletLink>
            </p>
          </>
        )}
      </div>
      <div className="space-y-1.5">
        <p className="text-[0.8125rem] text-ink-soft">3. It fills a channel with an executor</p>
        {filled.length > 0 ? (
          <Sign
            form="cleared"
            text={`${shownAmount(inChannels, network.token)} in ${filled.length} ${filled.length === 1 ? "channel" : "channels"}`}
            hint="What the session key can spend"
          />
        ) : (
          <>
            <Command text="lloom allocate EXECUTOR 1" />
            <p className="text-[0.8125rem] text-ink-soft">
              Or with a wallet: <WalletLink act="allocate">Fill a channel</WalletLink>
            </p>
          </>
        )}
      </div>
      {told === undefined ? (
        <p className="text-[0.8125rem] text-ink-soft">
          The index does not say yet whether it is authorised.{" "}
          <button type="button" className="link" onClick={askAgain}>
            Ask it again
          </button>
        </p>
      ) : null}
    </div>
  );
}

const stateOf = (isAuthorised: boolean | undefined): string =>
  isAuthorised === undefined ? "unknown" : isAuthorised ? "authorised" : "waiting";
