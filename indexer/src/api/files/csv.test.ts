import { expect, test } from "vitest";
import { csvParts } from "./csv.ts";

test("writes pages under one heading", async () => {
  async function* pages() {
    yield [{ b: 1, a: "x" }, { a: "y" }];
    yield [{ a: "z", b: 2n }];
  }
  const parts = await csvParts(["a", "b"], pages());
  expect(await new Response(ReadableStream.from(parts)).text()).toBe("a,b\r\nx,1\r\ny,\r\nz,2\r\n");
});
