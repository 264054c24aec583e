/** Pages whose code speaks with others than this server: peers over WebSockets, and one server that the visitor names. */
const OPENED: readonly { readonly page: RegExp; readonly names: string }[] = [
  { page: /^\/playground$/, names: "gateway" },
  { page: /^\/executors\/[^/]+\/check$/, names: "rpc" },
];
/** Peers may be anywhere; what they say is checked, and WebRTC asks no policy. */
const PEERS = ["ws:", "wss:"];
/** Nothing that a policy would read as more than one server: no star, no path, no second word. */
const ORIGIN = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?$/;

/** The origin of a server's address, as a page's policy may name it; undefined for what is none. */
export function serverOrigin(address: string): string | undefined {
  try {
    const { origin } = new URL(address);
    return ORIGIN.test(origin) ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a page opens its policy, so that it has to be loaded whole: a policy is the document's, and stays while it stays. */
export const isOpened = (pathname: string): boolean => OPENED.some(({ page }) => page.test(pathname));

/** With whom the code of a page may speak beside its own server. The visitor's server is the one that the address names. */
export function connectionsOf(pathname: string, search: URLSearchParams): readonly string[] {
  const opened = OPENED.find(({ page }) => page.test(pathname));
  if (opened === undefined) return [];
  const named = serverOrigin(search.get(opened.names) ?? "");
  return named === undefined ? PEERS : [...PEERS, named];
}
