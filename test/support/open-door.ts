import { createConnection, createServer, type NetConnectOpts } from "node:net";

/**
 * Carries connections from one place to another, each HOST:PORT or the path of a socket. Files are the same in all network namespaces:
 * by two doors and a socket between them a machine of `namespaces.ts` talks to one outside, without a network between both.
 */
export async function openDoor(from: string, to: string): Promise<Disposable> {
  const server = createServer((inside) => {
    const outside = createConnection(placeOf(to));
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(placeOf(from), resolve));
  return { [Symbol.dispose]: () => void server.close() };
}

const placeOf = (text: string): NetConnectOpts => {
  const [, host, port] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  return host === undefined ? { path: text } : { host, port: Number(port) };
};
