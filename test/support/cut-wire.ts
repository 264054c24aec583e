import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A wire to a TCP port that can be cut as the death of a process cuts it: both ends hear that the other hung up. */
export interface CutWire extends AsyncDisposable {
  readonly port: number;
  /** Bytes that the target has sent through it. */
  readonly passed: () => number;
  readonly cut: () => void;
}

export async function layWire(target: number): Promise<CutWire> {
  const sockets: Socket[] = [];
  let passed = 0;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far).pipe(near);
    far.on("data", ({ length }: Buffer) => {
      passed += length;
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    cut: () => {
      for (const socket of sockets) socket.end();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
