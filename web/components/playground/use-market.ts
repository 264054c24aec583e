"use client";

import { newSession } from "@lloom/browser/session";
import type { SignedOffer } from "@lloom/protocol/messages";
import { useCallback, useEffect, useState } from "react";
import { dialable } from "../../lib/direct/dialable.ts";
import { domainOf, type ToldNetwork } from "../../lib/direct/network.ts";
import { openClient, type PageClient } from "../../lib/direct/open-client.ts";
import { type Trouble, troubleOf } from "../../lib/playground/conversation.ts";
import type { Purse } from "../../lib/playground/session-store.ts";

/** What is offered to this page. */
export type OwnMarket =
  | { readonly state: "closed" | "opening" }
  | {
      readonly state: "open";
      readonly client: PageClient;
      /** Of executors that a page can dial. */
      readonly offers: readonly SignedOffer[];
      /** Executors that offer, and cannot be dialled from here. */
      readonly beyond: number;
    }
  | { readonly state: "none"; readonly trouble: Trouble };

const isSecure = (): boolean => location.protocol === "https:";
const NO_PATH = "Go through a gateway, or open an explorer that is told of validators which a page can dial.";

/** Asks the validators that a page can dial for everything that is offered. Throws as the client does. */
export async function readOffers(
  client: PageClient,
  { bootstrap }: ToldNetwork,
): Promise<Extract<OwnMarket, { state: "open" }>> {
  const all = await client.offers(dialable(bootstrap, isSecure()).addresses);
  const offers = all.filter(({ multiaddrs }) => dialable(multiaddrs, isSecure()).addresses.length > 0);
  const executors = (some: readonly SignedOffer[]): number => new Set(some.map(({ offer }) => offer.executor)).size;
  return { state: "open", client, offers, beyond: executors(all) - executors(offers) };
}

/** Opens the network for a page, by its session key if it has one, for as long as it is wanted. */
export function useMarket(
  network: ToldNetwork,
  purse: Purse | undefined,
  isWanted: boolean,
): readonly [OwnMarket, () => void] {
  const [market, setMarket] = useState<OwnMarket>({ state: "closed" });
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try opens the same thing again.
  useEffect(() => {
    if (!isWanted) return;
    let isLeft = false;
    let client: PageClient | undefined;
    const open = async (): Promise<OwnMarket> => {
      const { why } = dialable(network.bootstrap, isSecure());
      if (network.bootstrap.length === 0)
        return none("This explorer is told of no validator (LLOOM_BOOTSTRAP), so that this page has nobody to ask.");
      if (why !== undefined) return none(`No validator that this explorer names can be dialled from here. ${why}`);
      const { secret, address } = purse?.session ?? newSession();
      const principal = purse?.principal ?? address;
      client = await openClient({ domain: domainOf(network), principal, secret });
      return readOffers(client, network);
    };
    setMarket({ state: "opening" });
    const tell = (next: OwnMarket): void => void (isLeft || setMarket(next));
    const opening = open().then(tell, (thrown: unknown) => tell({ state: "none", trouble: troubleOf(thrown) }));
    return () => {
      isLeft = true;
      setMarket({ state: "closed" });
      void opening.then(() => client?.close());
    };
  }, [network, purse, isWanted, tries]);
  return [market, useCallback(() => setTries((count) => count + 1), [])];
}

const none = (message: string): OwnMarket => ({
  state: "none",
  trouble: { code: "EXECUTOR_UNREACHABLE", message, next: NO_PATH },
});
