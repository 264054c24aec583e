import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** No bench keeps a connection idle for so long. */
const KEEP_ALIVE_MS = 120_000;

/** Listens at any port of the loopback and prints where, for whoever started this process; ends with it. */
export function listenAndTell(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit());
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
    const { port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
  });
}
