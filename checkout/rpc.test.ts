import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import type { ExplainedError } from "./explained-error.ts";
import { checkChain, connect } from "./rpc.ts";

const SHORT = { patienceMs: 400, questionMs: 200 };

describe("the check of a chain", () => {
  const stack = new DisposableStack();
  afterAll(() => stack.dispose());

  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener).listen(0, "127.0.0.1");
    stack.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once("listening", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const refusal = (url: string, options = {}): Promise<ExplainedError> =>
    checkChain(url, options).then(
      () => {
        throw new Error("it was taken for a chain");
      },
      (thrown) => thrown,
    );

  it("waits for a chain that is up and slow, and says so once", async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      if (++asked > 2) response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x7a69" }));
    });
    const told: string[] = [];
    await checkChain(url, { patienceMs: 60_000, questionMs: 200, tell: (text) => told.push(text) });
    expect(asked).toBe(3);
    expect(told).toEqual([`The chain at ${url} is up and slow; waiting for its answer …`]);
  });

  it.each([429, 200])("asks again a server that has no time, which it says with HTTP %i", async (status) => {
    let asked = 0;
    const url = await serve(async (request, response) => {
      const { id } = JSON.parse(await text(request)) as { id: number };
      const error = { code: -32005, message: "rate limit exceeded" };
      if (++asked % 3 === 0) response.end(JSON.stringify({ jsonrpc: "2.0", id, result: "0x1" }));
      else response.writeHead(status).end(status === 429 ? "slow down" : JSON.stringify({ jsonrpc: "2.0", id, error }));
    });
    await checkChain(url, { patienceMs: 60_000 });
    expect(asked).toBe(3);
    const provider = connect(url);
    expect(await provider.send("eth_chainId", [])).toBe("0x1");
    provider.destroy();
  });

  it("says of a chain that is up and stuck that it is up", async () => {
    const url = await serve(() => undefined);
    const { message, next } = await refusal(url, { ...SHORT, tell: () => undefined });
    expect(message).toMatch(/is up, but has not answered for/);
    expect(next).toMatch(/slow or stuck/);
  });

  it("says at once that no chain answers where nothing listens", async () => {
    const { message, next } = await refusal("http://127.0.0.1:1", { patienceMs: 3_600_000 });
    expect(message).toBe("No chain answers at http://127.0.0.1:1.");
    expect(next).toMatch(/Start one there/);
  });

  it("shows of an address nothing that may be a key, whatever is wrong there", async () => {
    const secrets = ["KEY-8f3a", "TOKEN-77", "PASS-5"];
    const keyed = (url: string): string => `${url}/v3/KEY-8f3a?token=TOKEN-77`;
    const told: string[] = [];
    const tell = (text: string): void => void told.push(text);
    const stuck = await serve(() => undefined);
    const page = await serve((_, response) => void response.end("<html>"));
    const withPassword = keyed(page).replace("http://", "http://me:PASS-5@");
    for (const url of [keyed("http://127.0.0.1:1"), keyed(stuck), keyed(page), withPassword]) {
      const { message, next } = await refusal(url, { ...SHORT, tell });
      told.push(message, next);
    }
    expect(told.filter((text) => text.includes("http://127.0.0.1:")).length).toBeGreaterThanOrEqual(4);
    for (const secret of secrets) expect(told.join("\n")).not.toContain(secret);
  });

  it.each(["wss://KEY-8f3a.example/v3/KEY-8f3a", "htps://me:PASS-5@rpc.example", "me:PASS-5@rpc.example", "KEY-8f3a"])(
    "shows nothing of what is no chain's URL, which may be one but for a letter: %s",
    async (url) => {
      const { message, next } = await refusal(url);
      expect(message).toMatch(/^The chain's URL is no http or https address/);
      expect(message + next).not.toMatch(/KEY-8f3a|PASS-5/);
    },
  );

  it("lets itself in with the name and the password before the host, as fetch does not", async () => {
    const entry = `Basic ${Buffer.from("m@e:PASS-5").toString("base64")}`;
    const url = await serve(async (request, response) => {
      const { id } = JSON.parse(await text(request)) as { id: number };
      if (request.headers.authorization !== entry) response.writeHead(401).end("who are you, PASS-5?");
      else response.end(JSON.stringify({ jsonrpc: "2.0", id, result: "0x1" }));
    });
    const withPassword = url.replace("http://", "http://m%40e:PASS-5@");
    await checkChain(withPassword, SHORT);
    const [member, stranger] = [connect(withPassword), connect(url.replace("http://", "http://me:PASS-5@"))];
    expect(await member.send("eth_chainId", [])).toBe("0x1");
    const turnedAway = await stranger.send("eth_chainId", []).catch((thrown: unknown) => thrown);
    expect(turnedAway).toMatchObject({
      message: expect.stringMatching(/^The chain at http:\/\/127\.0\.0\.1:\d+ gives/),
    });
    expect(inspect(turnedAway, { depth: 9, showHidden: true })).not.toMatch(/PASS-5|Basic/);
    for (const provider of [member, stranger]) provider.destroy();
  });

  it.each(["<html>", "{}", "null", '{"error":{"code":-32601}}'])(
    "does not take a server for a chain that says %j",
    async (text) => {
      const url = await serve((_, response) => void response.end(text));
      expect((await refusal(url)).message).toBe(`What answers at ${url} is no chain: it says nothing to eth_chainId.`);
    },
  );
});
