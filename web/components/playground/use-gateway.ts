"use client";

import { useCallback, useEffect, useState } from "react";
import { serverOrigin } from "../../lib/guard/page-connections.ts";
import { type Trouble, troubleOf } from "../../lib/playground/conversation.ts";
import { type Gateway, gatewayModels } from "../../lib/playground/gateway-way.ts";

const KEY = "lloom.gateway";

/** The gateway that the visitor named, and what it has. */
export interface OwnGateway {
  readonly gateway: Gateway | undefined;
  readonly models: readonly string[];
  readonly trouble: Trouble | undefined;
  readonly use: (gateway: Gateway) => void;
}

function load(): Gateway | undefined {
  try {
    const { url, key } = JSON.parse(sessionStorage.getItem(KEY) ?? "null") ?? {};
    return typeof url === "string" && typeof key === "string" ? { url, key } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps the gateway in the tab's storage. The page may speak with `opened` alone, which its address names: for another one it is loaded
 * again under an address that names that. The API key stands in no address.
 */
export function useGateway(opened: string | undefined): OwnGateway {
  const [gateway, setGateway] = useState<Gateway>();
  const [models, setModels] = useState<readonly string[]>([]);
  const [trouble, setTrouble] = useState<Trouble>();
  useEffect(() => {
    const kept = load();
    if (kept !== undefined && serverOrigin(kept.url) === opened) setGateway(kept);
    else if (opened !== undefined) setGateway({ url: opened, key: "" });
  }, [opened]);
  useEffect(() => {
    if (gateway === undefined) return;
    let isLeft = false;
    setModels([]);
    setTrouble(undefined);
    gatewayModels(gateway).then(
      (found) => isLeft || setModels(found),
      (thrown: unknown) => isLeft || setTrouble(troubleOf(thrown)),
    );
    return () => {
      isLeft = true;
    };
  }, [gateway]);
  const use = useCallback(
    (next: Gateway) => {
      sessionStorage.setItem(KEY, JSON.stringify(next));
      const origin = serverOrigin(next.url) ?? "";
      if (origin === opened) setGateway(next);
      else location.assign(`/playground?${new URLSearchParams({ gateway: origin })}`);
    },
    [opened],
  );
  return { gateway, models, trouble, use };
}
