/**
 * Asks over a connection of its own. A server ends one that was idle for five seconds, and a test that computes for so long does not hear of
 * it before it has asked over it again.
 */
export const askAnew = (
  address: string,
  { headers = {}, ...init }: RequestInit & { headers?: object } = {},
): Promise<Response> => fetch(address, { ...init, headers: { ...headers, connection: "close" } });
