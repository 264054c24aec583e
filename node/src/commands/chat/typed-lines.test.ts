import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { openTypedLines } from "./typed-lines.ts";

/** Keys and a screen, as readline sees a terminal. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  let shown = "";
  const screen = {
    columns: 80,
    write: (text: string | Uint8Array) => {
      shown += String(text);
      return true;
    },
  };
  return { input, screen, shown: () => shown };
}

type Opened = Parameters<typeof openTypedLines>[0];

function open({ input, screen }: { readonly input: PassThrough; readonly screen: object }, signal?: AbortSignal) {
  const options = { input, screen, signal: signal ?? new AbortController().signal, hint: "Ctrl-D ends." };
  return openTypedLines(options as unknown as Opened);
}

it("a pipe is read line by line, its last one without an end too", async () => {
  const input = new PassThrough();
  using lines = open({ input, screen: {} });
  input.end("one\ntwo\\\nthree");
  expect(await lines.next("> ")).toBe("one");
  expect(await lines.next("> ")).toBe("two\\");
  expect(await lines.next("> ")).toBe("three");
  expect(await lines.next("> ")).toBeUndefined();
});

it("a line of a terminal goes on in the next one behind a backslash, and Ctrl-D is the end", async () => {
  const { input, screen, shown } = terminal();
  using lines = open({ input, screen });
  const line = lines.next("> ");
  input.write("one\\\rtwo\r");
  expect(await line).toBe("one\ntwo");
  expect(shown()).toContain("> ");
  const last = lines.next("> ");
  input.write("\x04");
  expect(await last).toBeUndefined();
});

it("keys that are pressed while nobody asks are not shown, and not lost", async () => {
  const { input, screen, shown } = terminal();
  using lines = open({ input, screen });
  const first = lines.next("> ");
  input.write("one\r");
  await first;
  const before = shown();
  input.write("two\r");
  await new Promise((resolve) => setImmediate(resolve));
  expect(shown()).toBe(before);
  expect(await lines.next("> ")).toBe("two");
});

it("Ctrl-C throws away what is typed, and stops what goes on while nothing is", async () => {
  const { input, screen, shown } = terminal();
  using lines = open({ input, screen });
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  lines.onInterrupt(resolve);
  const line = lines.next("> ");
  input.write("wrong\x03\x03right\r");
  expect(await line).toBe("right");
  expect(shown()).toContain("Ctrl-D ends.");
  input.write("\x03");
  await stopped;
});

it("whoever waits for a line hears when all is to end", async () => {
  const { input, screen } = terminal();
  const stop = new AbortController();
  using lines = open({ input, screen }, stop.signal);
  const line = lines.next("> ");
  stop.abort();
  expect(await line).toBeUndefined();
});
