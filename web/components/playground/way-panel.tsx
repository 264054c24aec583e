"use client";

import { type FormEvent, useId, useState } from "react";
import { type Gateway, gatewayUrl } from "../../lib/playground/gateway-way.ts";
import { Panel } from "../layout/panel.tsx";
import { FIELD, LABEL, PLAIN_BUTTON } from "./styles.ts";

export type WayName = "direct" | "gateway";

interface WayPanelProps {
  readonly way: WayName;
  readonly onWay: (way: WayName) => void;
  readonly gateway: Gateway | undefined;
  readonly onGateway: (gateway: Gateway) => void;
  readonly isBusy: boolean;
}

const WAYS = {
  direct: {
    label: "Directly to an executor",
    says: "This browser speaks with the executor itself, over WebSockets or WebRTC-direct. Your question goes to it and to nobody else, and your session key pays.",
  },
  gateway: {
    label: "Through a gateway",
    says: "A gateway that you name sees your questions and answers, pays executors with its own money, and charges your API key. Use it where no direct way exists.",
  },
} as const;

/** Which way questions go, said plainly. */
export function WayPanel({ way, onWay, gateway, onGateway, isBusy }: WayPanelProps) {
  return (
    <Panel title="Which way">
      <div className="space-y-3 p-4">
        <fieldset disabled={isBusy} className="space-y-1">
          <legend className="sr-only">Which way questions go</legend>
          {(Object.keys(WAYS) as WayName[]).map((name) => (
            <label key={name} className="flex items-baseline gap-2">
              <input type="radio" name="way" value={name} checked={way === name} onChange={() => onWay(name)} />
              {WAYS[name].label}
            </label>
          ))}
        </fieldset>
        <p className="text-[0.875rem] text-ink-soft" data-testid="way-says">
          {WAYS[way].says}
        </p>
        {way === "gateway" ? <GatewayForm gateway={gateway} onGateway={onGateway} isBusy={isBusy} /> : null}
      </div>
    </Panel>
  );
}

function GatewayForm({ gateway, onGateway, isBusy }: Pick<WayPanelProps, "gateway" | "onGateway" | "isBusy">) {
  const id = useId();
  const [problem, setProblem] = useState<string>();
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const url = gatewayUrl(String(given.get("url") ?? ""));
    setProblem(url === undefined ? "Give its http or https address, such as https://gateway.example." : undefined);
    if (url !== undefined) onGateway({ url, key: String(given.get("key") ?? "").trim() });
  };
  return (
    <form onSubmit={onSubmit} className="space-y-2">
      <label htmlFor={`${id}-url`} className={LABEL}>
        Address of the gateway
      </label>
      <input
        id={`${id}-url`}
        name="url"
        defaultValue={gateway?.url ?? ""}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        placeholder="https://gateway.example"
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        className={FIELD}
      />
      <label htmlFor={`${id}-key`} className={LABEL}>
        API key, kept in this tab until it is closed
      </label>
      <input
        id={`${id}-key`}
        name="key"
        type="password"
        defaultValue={gateway?.key ?? ""}
        maxLength={200}
        autoComplete="off"
        className={FIELD}
      />
      {problem === undefined ? null : (
        <p id={`${id}-problem`} role="alert" className="text-[0.8125rem] text-madder">
          {problem}
        </p>
      )}
      <button type="submit" disabled={isBusy} className={PLAIN_BUTTON}>
        Use this gateway
      </button>
    </form>
  );
}
