import { describe, expect, it } from "vitest";
import { httpEndpoint } from "./http-endpoint.ts";

describe("an HTTP server's address", () => {
  it("is taken apart into what is shown, what is asked for and who asks", () => {
    const endpoint = httpEndpoint("https://m%40e:p%C3%A4ss@rpc.example:8443/v3/Key-0123?token=t0ken-77");
    expect(endpoint).toMatchObject({
      origin: "https://rpc.example:8443",
      path: "/v3/Key-0123?token=t0ken-77",
      href: "https://rpc.example:8443/v3/Key-0123?token=t0ken-77",
      authorization: `Basic ${Buffer.from("m@e:päss").toString("base64")}`,
    });
    expect(endpoint?.hide("no such key: Key-0123")).toBe("no such key: [hidden]");
  });

  it("asks as nobody where it names nobody", () => {
    expect(httpEndpoint("http://127.0.0.1:8545")).toMatchObject({
      origin: "http://127.0.0.1:8545",
      authorization: undefined,
    });
    expect(httpEndpoint("http://:word@host")?.authorization).toBe(`Basic ${Buffer.from(":word").toString("base64")}`);
  });

  it.each([
    "wss://rpc.example/v3/Key-0123",
    "htps://user:word@rpc.example",
    "user:word@rpc.example",
    "rpc.example",
    "",
  ])("is none of another kind: %s", (text) => {
    expect(httpEndpoint(text)).toBeUndefined();
  });
});
