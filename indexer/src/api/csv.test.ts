import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { csvLine, csvStream } from "./csv.ts";

test("quotes what would break a line, and leaves nothing as an empty cell", () => {
  expect(csvLine(["a,b", 'say "x"', "two\nlines", null, undefined, 12n, 3, true])).toBe(
    '"a,b","say ""x""","two\nlines",,,12,3,true\r\n',
  );
});

test("disarms text that a spreadsheet would run", () => {
  expect(csvLine(["=1+1", "+1", "-1", "@a", -1])).toBe("'=1+1,'+1,'-1,'@a,-1\r\n");
});

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
