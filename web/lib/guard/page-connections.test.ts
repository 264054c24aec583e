import { expect, test } from "vitest";
import { contentPolicy } from "./content-policy.ts";
import { connectionsOf, isOpened, serverOrigin } from "./page-connections.ts";

const open = (path: string): readonly string[] => {
  const { pathname, searchParams } = new URL(path, "http://explorer.example");
  return connectionsOf(pathname, searchParams);
};

test("only two pages speak with peers, and with the one server that their address names", () => {
  expect(open("/playground")).toEqual(["ws:", "wss:"]);
  expect(open("/playground?gateway=https://g.example:8080")).toEqual(["ws:", "wss:", "https://g.example:8080"]);
  expect(open("/executors/0xab/check?rpc=http://127.0.0.1:8545")).toEqual(["ws:", "wss:", "http://127.0.0.1:8545"]);
  for (const path of [
    "/",
    "/playground/more",
    "/executors/0xab",
    "/executors/check",
    "/verify?gateway=https://g.example",
  ])
    expect(open(path)).toEqual([]);
  expect(["/playground", "/executors/0xab/check", "/executors/0xab"].map(isOpened)).toEqual([true, true, false]);
  expect(contentPolicy("n")).toContain("; connect-src 'self'; ");
  expect(contentPolicy("n", open("/playground"))).toContain("; connect-src 'self' ws: wss:; ");
});

test("what would open more than one server is none", () => {
  for (const address of [
    "https://*",
    "https://*.example",
    "*",
    "data:x",
    "https:",
    "javascript:1",
    "x; script-src *",
    "",
  ])
    expect(serverOrigin(address), address).toBeUndefined();
  expect(open("/playground?gateway=https://*.example")).toEqual(["ws:", "wss:"]);
  expect(open("/playground?gateway=https://a.example%20https://b.example")).toEqual(["ws:", "wss:"]);
  expect(serverOrigin("https://me:secret@A.example/v3/key?x=1")).toBe("https://a.example");
  expect(serverOrigin("http://[::1]:8545/")).toBe("http://[::1]:8545");
});
