/** A router's UPnP for tests: SSDP over UDP, its description and SOAP over HTTP, as a home router (InternetGatewayDevice:1) has them. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1";
const DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1";
const MULTICAST = "239.255.255.250";

/** What it forwards. */
export interface Mapping {
  readonly protocol: string;
  readonly outer: number;
  readonly client: string;
  readonly port: number;
  readonly seconds: number;
}

export interface IgdOptions {
  /** Its address on the home's side. */
  readonly host: string;
  /** 1900 and multicast; else any free port, asked directly. */
  readonly multicast?: boolean;
  readonly outside: string;
  /** Number of UPnP's error to answer with; undefined: it forwards. */
  readonly refuse?: (mapping: Mapping) => number | undefined;
  readonly onMapped?: (mapping: Mapping) => void;
  /** What describes it, if not itself. */
  readonly location?: string;
}

export interface Igd extends AsyncDisposable {
  readonly ssdp: { readonly address: string; readonly port: number };
  readonly mappings: Map<string, Mapping>;
  /** Names of the orders that came. */
  readonly orders: string[];
}

const envelope = (body: string): string =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
const description = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>${DEVICE}</deviceType>
<serviceList><service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/other</controlURL></service></serviceList>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><deviceList><device>
<serviceList><service><serviceType>${SERVICE}</serviceType><controlURL>/ctl?a=1&amp;b=2</controlURL></service></serviceList>
</device></deviceList></device></deviceList></device></root>`;

/** Starts it. Disposing of it frees its ports; what it forwarded is forgotten. */
export async function startIgd(options: IgdOptions): Promise<Igd> {
  const { host, multicast = false, outside, refuse, onMapped } = options;
  const mappings = new Map<string, Mapping>();
  const orders: string[] = [];
  const answer = (action: string, field: (name: string) => string): string | number => {
    orders.push(action);
    if (action === "GetExternalIPAddress") return `<NewExternalIPAddress>${outside}</NewExternalIPAddress>`;
    const [protocol, outer] = [field("NewProtocol"), Number(field("NewExternalPort"))];
    const name = `${protocol} ${outer}`;
    if (action === "DeletePortMapping") return mappings.delete(name) ? "" : 714;
    if (action !== "AddPortMapping" || field("NewEnabled") !== "1") return 401;
    const [client, port] = [field("NewInternalClient"), Number(field("NewInternalPort"))];
    const mapping = { protocol, outer, client, port, seconds: Number(field("NewLeaseDuration")) };
    const refused = refuse?.(mapping);
    if (refused !== undefined) return refused;
    mappings.set(name, mapping);
    onMapped?.(mapping);
    return "";
  };
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/xml");
    if (request.method === "GET") return void response.end(request.url === "/desc.xml" ? description : "");
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const [service, action = ""] = String(request.headers["soapaction"]).replaceAll('"', "").split("#");
      const found = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? "";
      const said = request.url === "/ctl?a=1&b=2" && service === SERVICE ? answer(action, found) : 401;
      if (typeof said === "number") {
        response.statusCode = 500;
        const error = `<errorCode>${said}</errorCode><errorDescription>said ${said}</errorDescription>`;
        response.end(envelope(`<s:Fault><detail><UPnPError>${error}</UPnPError></detail></s:Fault>`));
      } else response.end(envelope(`<u:${action}Response xmlns:u="${SERVICE}">${said}</u:${action}Response>`));
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const location = options.location ?? `http://${host}:${port}/desc.xml`;

  const socket = createSocket({ type: "udp4", reuseAddr: multicast });
  socket.on("message", (message, asker) => {
    const text = message.toString();
    if (!text.startsWith("M-SEARCH * HTTP/1.1\r\n") || !text.includes(`ST: ${DEVICE}\r\n`)) return;
    const lines = [
      "HTTP/1.1 200 OK",
      `ST: ${DEVICE}`,
      `LOCATION: ${location}`,
      `USN: uuid:1::${DEVICE}`,
      "EXT:",
      "",
      "",
    ];
    socket.send(lines.join("\r\n"), asker.port, asker.address);
  });
  if (multicast) socket.bind(1900);
  else socket.bind(0, host);
  await once(socket, "listening");
  if (multicast) socket.addMembership(MULTICAST, host);
  const stack = new AsyncDisposableStack();
  stack.defer(() => new Promise((resolve) => server.close(() => resolve())));
  stack.defer(() => server.closeAllConnections());
  stack.defer(() => void socket.close());
  return {
    ssdp: multicast ? { address: MULTICAST, port: 1900 } : { address: host, port: socket.address().port },
    mappings,
    orders,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
