import { isIP } from "node:net";
import { isLoopback } from "@lloom/protocol/loopback";

/**
 * Who asks, to be counted; undefined for programs of this machine. A proxy on this machine says for whom it asks, in the last address of
 * `x-forwarded-for`, which nobody else can write. Of an IPv6 address the first half counts, which is what one customer has.
 */
export function callerOf(remote: string | undefined, forwardedFor: string | undefined): string | undefined {
  const near = plain(remote);
  if (near !== undefined && !isLoopback(near)) return networkOf(near);
  const far = plain(forwardedFor?.split(",").at(-1)?.trim());
  return far === undefined || isLoopback(far) ? undefined : networkOf(far);
}

/** An IPv4 address that came by way of IPv6 as what it is; undefined for what is no address. */
function plain(address: string | undefined): string | undefined {
  const bare = address?.replace(/^::ffff:(?=\d+\.)/i, "");
  return bare !== undefined && isIP(bare) !== 0 ? bare : undefined;
}

const HALF = 4;

function networkOf(address: string): string {
  if (isIP(address) === 4) return address;
  const { hostname } = new URL(`http://[${address}]`);
  const [head = "", tail] = hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((part) => (part === "" ? [] : part.split(":")));
  const zeros = tail === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0);
  return [...(before ?? []), ...Array(zeros).fill("0"), ...(after ?? [])].slice(0, HALF).join(":");
}
