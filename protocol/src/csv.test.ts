import { expect, test } from "vitest";
import { csvCell, csvLine } from "./csv.ts";

const line = (values: readonly unknown[]) => csvLine(values.map(csvCell));

test("quotes what would break a line, and leaves nothing as an empty cell", () => {
  expect(line(["a,b", 'say "x"', "two\nlines", null, undefined, 12n, 3, true, ["0x1", "0x2"]])).toBe(
    '"a,b","say ""x""","two\nlines",,,12,3,true,"0x1,0x2"\r\n',
  );
});

test("disarms text that a spreadsheet would run", () => {
  expect(line(["=1+1", "+1", "-1", "@a", "\ta", -1])).toBe("'=1+1,'+1,'-1,'@a,'\ta,-1\r\n");
  expect(line(["\ra", "a=1", "a\rb", "a"])).toBe('"\'\ra",a=1,"a\rb",a\r\n');
});
