/** Where a router takes orders about one of its ways to the internet. */
export interface RouterControl {
  readonly url: string;
  /** Name of the service, with its version; both versions know the orders that are given here. */
  readonly service: string;
}

/** A router has one way out, seldom two. */
const MOST_CONTROLS = 4;
const MOST_SERVICES = 64;
const CONNECTION = /^urn:schemas-upnp-org:service:WAN(IP|PPP)Connection:[12]$/;

/**
 * Where a router takes orders, by the description that it gives of itself (UPnP Device Architecture 2.3). Addresses at another host are
 * left out: whoever answers on this site has nobody else called by that.
 */
export function controlsOf(description: string, location: URL): RouterControl[] {
  const base = URL.parse(fieldOf(description, "URLBase") ?? location.href) ?? location;
  const found: RouterControl[] = [];
  for (const part of description.split("<service>").slice(1, 1 + MOST_SERVICES)) {
    const text = part.split("</service>", 1)[0] ?? "";
    const service = fieldOf(text, "serviceType") ?? "";
    const url = URL.parse(fieldOf(text, "controlURL") ?? "", base.href);
    if (!CONNECTION.test(service) || url?.protocol !== "http:" || url.hostname !== location.hostname) continue;
    if (found.length < MOST_CONTROLS) found.push({ url: url.href, service });
  }
  return found;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The text of the first element of this name; undefined without one, or with an empty one. */
export function fieldOf(xml: string, name: string): string | undefined {
  const begin = xml.indexOf(`<${name}>`);
  const end = xml.indexOf(`</${name}>`, begin);
  if (begin < 0 || end < 0) return undefined;
  const text = xml.slice(begin + name.length + 2, end).trim();
  return text === "" ? undefined : text.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity) => NAMED[entity] ?? "");
}
