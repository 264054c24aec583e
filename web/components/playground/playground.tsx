"use client";

import { formatAmount, shownAmount } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";
import { useMemo, useState } from "react";
import { domainOf, type ToldNetwork } from "../../lib/direct/network.ts";
import { formatQuantity } from "../../lib/format.ts";
import { askDirectly, inOrder } from "../../lib/playground/direct-way.ts";
import { askGateway } from "../../lib/playground/gateway-way.ts";
import { LeaveByLoading } from "../layout/leave-by-loading.tsx";
import { Panel } from "../layout/panel.tsx";
import { type AskableExecutor, AskForm, type NewQuestion } from "./ask-form.tsx";
import { SessionPanel } from "./session-panel.tsx";
import { TroubleNote } from "./trouble-note.tsx";
import { TurnList } from "./turn-list.tsx";
import { type Answering, useConversation } from "./use-conversation.ts";
import { type OwnGateway, useGateway } from "./use-gateway.ts";
import { type OwnMarket, readOffers, useMarket } from "./use-market.ts";
import { type OwnPurse, useOwnPurse } from "./use-purse.ts";
import { type WayName, WayPanel } from "./way-panel.tsx";

interface PlaygroundProps {
  readonly network: ToldNetwork;
  /** The gateway's origin with which this page may speak. */
  readonly opened: string | undefined;
}

const NOBODY: ReadonlySet<Address> = new Set();

/** Chat with any model, by the visitor's own money, and the receipt of each answer checked. */
export function Playground({ network, opened }: PlaygroundProps) {
  const own = useOwnPurse();
  const { purse } = own;
  const [way, setWay] = useState<WayName>(opened === undefined ? "direct" : "gateway");
  const gateway = useGateway(opened);
  const [market, openAgain] = useMarket(network, purse, own.isRead && way === "direct");
  const conversation = useConversation();
  const [chosenModel, setModel] = useState("");
  const [executor, setExecutor] = useState<Address>();
  const models = useMemo(() => modelsOf(way, market, gateway), [way, market, gateway]);
  const model = models.includes(chosenModel) ? chosenModel : (models[0] ?? "");
  const sellers = sellersOf(way, market, { model, own, network });
  const chosen = sellers.some((one) => one.executor === executor) ? executor : undefined;
  const keys = useMemo(() => keysOf(purse), [purse]);
  const directly = (maxTokens: number): Answering =>
    async function* (messages, signal) {
      if (market.state !== "open") throw new LloomError("NO_EXECUTOR", "This page is not connected.");
      // Offers last two minutes: those of now are accepted.
      const { client, offers } = await readOffers(market.client, network);
      const funded = new Set(own.told?.channels.keys());
      const choice = { model, executor: chosen, staked: own.told?.staked, funded };
      yield* askDirectly(
        client,
        { domain: domainOf(network), offers: inOrder(offers, choice), messages, maxTokens },
        signal,
      );
    };
  const through =
    (maxTokens: number): Answering =>
    (messages, signal) => {
      if (gateway.gateway === undefined) throw new LloomError("REQUEST_INVALID", "There is no gateway.");
      return askGateway(gateway.gateway, { model, messages, maxTokens }, signal);
    };
  const onAsk = ({ text, maxTokens }: NewQuestion): void =>
    conversation.ask(text, way, way === "direct" ? directly(maxTokens) : through(maxTokens));
  const spent = conversation.turns.reduce((sum, { cost }) => sum + cost, 0n);
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
      <LeaveByLoading />
      <div className="min-w-0 lg:order-last lg:col-start-2 space-y-5">
        <WayPanel
          way={way}
          onWay={setWay}
          gateway={gateway.gateway}
          onGateway={gateway.use}
          isBusy={conversation.isBusy}
        />
        {way === "direct" ? <SessionPanel own={own} network={network} /> : null}
      </div>
      <Panel
        title="Conversation"
        note="it is in this page alone, and gone with it"
        actions={
          spent > 0n ? (
            <span data-testid="spent" data-value={spent.toString()}>
              {shownAmount(spent, network.token)} in all
            </span>
          ) : undefined
        }
      >
        <MarketNote way={way} market={market} gateway={gateway} onAgain={openAgain} />
        <TurnList turns={conversation.turns} network={network} keys={keys} />
        <AskForm
          models={models}
          model={model}
          onModel={setModel}
          sellers={sellers}
          executor={chosen}
          onExecutor={setExecutor}
          hurdle={hurdleOf(way, { own, market, gateway, model })}
          isBusy={conversation.isBusy}
          onAsk={onAsk}
          onStop={conversation.stop}
          onClear={conversation.turns.length === 0 ? undefined : conversation.clear}
        />
      </Panel>
    </div>
  );
}

function modelsOf(way: WayName, market: OwnMarket, { models }: OwnGateway): readonly string[] {
  if (way === "gateway") return models;
  const offers = market.state === "open" ? market.offers : [];
  return [...new Set(offers.map(({ offer }) => offer.model))].toSorted();
}

interface SellersContext {
  readonly model: string;
  readonly own: OwnPurse;
  readonly network: ToldNetwork;
}

function sellersOf(
  way: WayName,
  market: OwnMarket,
  { model, own: { told }, network }: SellersContext,
): readonly AskableExecutor[] {
  if (way === "gateway" || market.state !== "open") return [];
  const order = inOrder(market.offers, {
    ...{ model, executor: undefined, staked: told?.staked },
    funded: new Set(told?.channels.keys() ?? NOBODY),
  });
  const { decimals, symbol } = network.token;
  return order.map(({ offer: { executor, inboundPrice, outboundPrice } }) => ({
    executor,
    price: `${formatAmount(inboundPrice, decimals)} + ${formatAmount(outboundPrice, decimals)} ${symbol} per 1M`,
    isFunded: told?.channels.has(executor),
  }));
}

const keysOf = (purse: OwnPurse["purse"]) =>
  purse?.principal === undefined ? [] : [{ signer: purse.session.address, principal: purse.principal }];

interface Readiness {
  readonly own: OwnPurse;
  readonly market: OwnMarket;
  readonly gateway: OwnGateway;
  readonly model: string;
}

/** Why nothing can be asked yet, as what to do. Whether the key is authorised, the executor knows; the index may be behind. */
function hurdleOf(way: WayName, { own: { purse }, market, gateway, model }: Readiness): string | undefined {
  if (way === "gateway") {
    if (gateway.gateway === undefined) return "Name a gateway first.";
    return model === "" ? "The gateway has named no model yet." : undefined;
  }
  if (purse === undefined) return "Make a session key first.";
  if (purse.principal === undefined) return "Name the account that pays.";
  if (market.state === "opening") return "Connecting.";
  return model === "" ? "Nobody offers a model to this page yet." : undefined;
}

interface MarketNoteProps {
  readonly way: WayName;
  readonly market: OwnMarket;
  readonly gateway: OwnGateway;
  readonly onAgain: () => void;
}

/** How this page is connected, or why not. */
function MarketNote({ way, market, gateway, onAgain }: MarketNoteProps) {
  const trouble = way === "gateway" ? gateway.trouble : market.state === "none" ? market.trouble : undefined;
  if (trouble !== undefined)
    return (
      <div className="space-y-2 p-4">
        <TroubleNote trouble={trouble} />
        {way === "direct" ? (
          <button type="button" className="link text-[0.875rem]" onClick={onAgain}>
            Connect again
          </button>
        ) : null}
      </div>
    );
  return (
    <p className="px-4 py-2.5 text-[0.8125rem] text-ink-soft" data-testid="market" data-state={stateOf(way, market)}>
      {way === "gateway" ? gatewayWords(gateway) : marketWords(market)}
    </p>
  );
}

const stateOf = (way: WayName, market: OwnMarket): string => (way === "gateway" ? "gateway" : market.state);

const gatewayWords = ({ gateway, models }: OwnGateway): string =>
  gateway === undefined
    ? "No gateway is named yet."
    : `Through ${gateway.url}: ${formatQuantity(models.length, "model")}.`;

function marketWords(market: OwnMarket): string {
  if (market.state !== "open") return "Connecting to validators, to hear who offers what.";
  const executors = new Set(market.offers.map(({ offer }) => offer.executor)).size;
  const beyond = market.beyond === 0 ? "" : ` ${market.beyond} more offer, at addresses that no page can dial.`;
  return `Connected. ${formatQuantity(executors, "executor")} can be asked from here.${beyond}`;
}
