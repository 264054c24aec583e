import { expect, it } from "vitest";
import { isLoopback } from "./loopback.ts";

it.each(["localhost", "LocalHost", "127.0.0.1", "127.255.10.200", "::1", "[::1]"])("%s is this machine", (host) => {
  expect(isLoopback(host)).toBe(true);
});

it.each([
  ...["", "localhost.example", "my-localhost", "127.0.0", "127.0.0.1.example", "127.0.0.1.1", "1127.0.0.1"],
  ...["127.a.b.c", "127.0.0.1000", "0.0.0.0", "10.0.0.1", "::", "::11", "2001:db8::1", "[2001:db8::1]", "::[1"],
  ...["lo]calhost", "example.org"],
])("%j is not", (host) => {
  expect(isLoopback(host)).toBe(false);
});
