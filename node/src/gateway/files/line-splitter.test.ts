import { expect, it } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

const TEXT = '{"a":"ä"}\n\n{"b":"€"}\r\nlast';

it.each([1, 2, 3, 7, 100])(
  "gives the same lines, each with its end, however the file is cut: %i bytes at a time",
  (size) => {
    const splitter = new LineSplitter({ lines: 9, lineBytes: 99 });
    const bytes = Buffer.from(TEXT);
    const lines: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
    lines.push(...splitter.end());
    expect(lines.map(String)).toEqual(['{"a":"ä"}\n', "\n", '{"b":"€"}\r\n', "last"]);
    expect(splitter.end()).toEqual([]);
  },
);
