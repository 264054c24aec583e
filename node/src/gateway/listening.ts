import { once } from "node:events";
import { createServer } from "node:net";
import { LloomError } from "../errors.ts";
import { type GatewayOptions, gatewaySettings } from "./gateway-options.ts";

/** Where a gateway listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Why a server cannot listen there. */
export function listenProblem(cause: unknown, { host, port }: Place): LloomError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  if (code === "EADDRINUSE") return new LloomError("PORT_TAKEN", `Port ${port} of ${host} is taken.`, { cause });
  return new LloomError("CONFIG_INVALID", `The gateway cannot listen on ${host}, port ${port} (${code}).`, {
    cause,
    next:
      code === "EACCES"
        ? "Give --port a number above 1023, or the process the right to use this one."
        : "Give --host an address of this machine, such as 127.0.0.1.",
  });
}

/**
 * Whether a gateway could listen with these options, tried before the network is joined. Throws CONFIG_INVALID, PORT_TAKEN.
 */
export async function checkListening(options: GatewayOptions): Promise<void> {
  const { host, port } = gatewaySettings(options);
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw listenProblem(cause, { host, port });
  }
  server.close();
  await once(server, "close");
}
