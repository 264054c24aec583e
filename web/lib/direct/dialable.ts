/*
 * Which of a peer's addresses the code of a page can dial, and in words why none.
 */

/** What comes out of a peer's addresses. */
export interface Dialable {
  readonly addresses: readonly string[];
  /** Why there are none, as a sentence. */
  readonly why: string | undefined;
}

const LOOPBACK = /^\/(?:ip4\/127\.|ip6\/::1\/|dns[46]?\/localhost\/)/;
const isSealed = (address: string): boolean => /\/(?:wss|tls\/(?:sni\/[^/]+\/)?ws)(?:\/|$)/.test(address);
const isPlain = (address: string): boolean => /\/ws(?:\/|$)/.test(address) && !isSealed(address);
const isWebRtc = (address: string): boolean => /\/webrtc-direct(?:\/|$)/.test(address);
const isRelayed = (address: string): boolean => /\/p2p-circuit(?:\/|$)/.test(address);

/** How a page gets to an address. */
export const transportOf = (address: string): string =>
  isWebRtc(address) ? "WebRTC-direct" : isSealed(address) ? "WebSockets with TLS" : "WebSockets";

/** What a page can dial of a peer's addresses; `isSecure`: it came by HTTPS, and browsers keep plain connections from it. */
export function dialable(multiaddrs: readonly string[], isSecure: boolean): Dialable {
  const direct = multiaddrs.filter((one) => !isRelayed(one));
  const addresses = direct.filter(
    (one) => isWebRtc(one) || isSealed(one) || (isPlain(one) && (!isSecure || LOOPBACK.test(one))),
  );
  return { addresses, why: addresses.length > 0 ? undefined : whyNone(multiaddrs, direct) };
}

function whyNone(all: readonly string[], direct: readonly string[]): string {
  if (all.length === 0) return "It names no address at all.";
  if (direct.length === 0) return "It is reached through a validator's relay alone, which no page can use.";
  if (direct.some(isPlain))
    return "It listens at plain WebSockets, which browsers keep from a page that came by HTTPS; it would need /tls/ws or /webrtc-direct.";
  return "It listens for other nodes alone, by TCP or QUIC, and a page can dial WebSockets and WebRTC-direct only.";
}
