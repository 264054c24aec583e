import { outsideWords } from "../guard/outside-words.ts";
import type { Provider } from "./provider.ts";

/** A wallet that said that it is there. */
export interface FoundWallet {
  /** The wallet's own name of itself on the web, such as `io.metamask`; the same after a reload. */
  readonly rdns: string;
  readonly name: string;
  /** A picture as a data address; undefined for one that could ask somebody else. */
  readonly icon: string | undefined;
  readonly provider: Provider;
}

/** More than anybody has; whoever announces wallets without end fills no page. */
const MOST_WALLETS = 16;
const MOST_NAME = 40;
const MOST_ICON = 200_000;
const ICON = /^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/;

const ANNOUNCE = "eip6963:announceProvider";
const REQUEST = "eip6963:requestProvider";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isProvider = (value: unknown): value is Provider => isRecord(value) && typeof value["request"] === "function";

/** Reads an announcement (EIP-6963); undefined for what is none. Names and pictures are a stranger's. */
export function readAnnouncement(detail: unknown): FoundWallet | undefined {
  if (!isRecord(detail) || !isRecord(detail["info"]) || !isProvider(detail["provider"])) return undefined;
  const { name, rdns, icon } = detail["info"];
  if (typeof name !== "string" || typeof rdns !== "string" || name.trim() === "") return undefined;
  const isPicture = typeof icon === "string" && icon.length <= MOST_ICON && ICON.test(icon);
  return {
    rdns: rdns.slice(0, 200),
    name: outsideWords(name.trim(), MOST_NAME),
    icon: isPicture ? icon : undefined,
    provider: detail["provider"],
  };
}

/** Asks the wallets of this browser to say that they are there, and tells of all that did, oldest first. Returns how to stop. */
export function findWallets(
  onFound: (wallets: readonly FoundWallet[]) => void,
  target: Pick<Window, "addEventListener" | "removeEventListener" | "dispatchEvent"> = window,
): () => void {
  const found = new Map<Provider, FoundWallet>();
  const onAnnounce = (event: Event): void => {
    const wallet = readAnnouncement("detail" in event ? event.detail : undefined);
    if (wallet === undefined || found.has(wallet.provider) || found.size >= MOST_WALLETS) return;
    found.set(wallet.provider, wallet);
    onFound([...found.values()]);
  };
  target.addEventListener(ANNOUNCE, onAnnounce);
  target.dispatchEvent(new Event(REQUEST));
  return () => target.removeEventListener(ANNOUNCE, onAnnounce);
}
