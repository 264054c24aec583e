import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { csvStream } from "./csv.ts";

test("streams pages under one heading, and asks for no page before it is wanted", async () => {
  let asked = 0;
  async function* pages() {
    for (const page of [[{ b: 1, a: "x" }, { a: "y" }], [{ a: "z", b: 2n }]]) {
      asked++;
      yield page;
    }
  }
  const stream = csvStream(["a", "b"], pages());
  expect(asked).toBe(0);
  expect(await text(stream)).toBe("a,b\r\nx,1\r\ny,\r\nz,2\r\n");
});
