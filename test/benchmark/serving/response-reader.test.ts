import { expect, it } from "vitest";
import { ResponseReader } from "./response-reader.ts";

const LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKS = "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123\r\n6789\r\n0\r\n\r\n";
const EMPTY = "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";

/** What is read of the bytes when so many arrive at a time. */
function readBy(size: number, text: string): string[] {
  const seen: string[] = [];
  let body = "";
  const reader = new ResponseReader({
    onStatus: (status) => seen.push(String(status)),
    onBody: (bytes) => {
      body += bytes.toString();
    },
    onEnd: () => {
      seen.push(body);
      body = "";
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size));
  return seen;
}

it("reads bodies with a length, in chunks, and empty ones, however they are cut", () => {
  const text = LENGTH + CHUNKS + EMPTY + LENGTH;
  for (let size = 1; size <= text.length; size++)
    expect(readBy(size, text)).toEqual(["200", "hello", "201", "abc0123\r\n6789", "204", "", "200", "hello"]);
});

it("says nothing of an end before it is there", () => expect(readBy(1, LENGTH.slice(0, -1))).toEqual(["200"]));
it("refuses what is no response", () => expect(() => readBy(100, "SSH-2.0\r\n\r\n")).toThrow("no HTTP"));
it("refuses a body of unknown length", () =>
  expect(() => readBy(100, "HTTP/1.1 200 OK\r\nserver: x\r\n\r\n")).toThrow("neither"));
