/** Whether this machine's ports can be listened on, or somebody listens there. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { PortFacts, PortsFacts } from "./facts.ts";
import type { Known } from "./ground.ts";

interface Place {
  readonly address: string;
  readonly flag: PortFacts["flag"];
  readonly protocol: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
}

export async function gatherPorts({ context, roles, running }: Known, signal: AbortSignal): Promise<PortsFacts> {
  const { listen, metricsHost, metricsPort, gatewayHost, gatewayPort } = context.settings;
  const places: Place[] = [
    ...(roles.has("executor") || roles.has("validator") ? listen.flatMap(placeOf) : []),
    ...(metricsPort === undefined ? [] : [tcp("metrics-port", metricsHost, metricsPort)]),
    ...(roles.has("client") ? [tcp("port", gatewayHost, gatewayPort)] : []),
  ];
  const ports = places.map(async ({ address, flag, protocol, host, port }): Promise<PortFacts> => {
    const named = { address, flag, port };
    if (port === 0) return { ...named, state: "free", problem: undefined };
    const problem = protocol === "udp" ? await bindUdp(host, port) : await bindTcp(host, port, signal);
    if (problem === undefined) return { ...named, state: "free", problem };
    const isTaken = problem === "EADDRINUSE";
    return { ...named, state: isTaken ? "answers" : "refused", problem };
  });
  return { roles, running, ports: await Promise.all(ports) };
}

const tcp = (flag: PortFacts["flag"], host: string, port: number): Place => ({
  address: `${host}:${port}`,
  ...{ flag, protocol: "tcp", host, port },
});

/** Names are none of this machine's addresses, and relays have no port here. */
function placeOf(address: string): Place[] {
  const [, host = "", protocol, port] = /^\/ip[46]\/([^/]+)\/(tcp|udp)\/(\d+)/.exec(address) ?? [];
  if (protocol !== "tcp" && protocol !== "udp") return [];
  return [{ address, flag: "listen", protocol, host, port: Number(port) }];
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";

/** Where binding works although somebody has the same port on another address, whoever answers there is heard. */
async function bindTcp(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening", { signal });
  } catch (thrown) {
    return codeOf(thrown);
  } finally {
    server.close();
  }
  return (await answers(host, port, signal)) ? "EADDRINUSE" : undefined;
}

async function answers(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const socket = connect({ host: host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host, port });
  try {
    await once(socket, "connect", { signal });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function bindUdp(address: string, port: number): Promise<string | undefined> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, "listening");
    return undefined;
  } catch (thrown) {
    return codeOf(thrown);
  } finally {
    socket.close();
  }
}
