import { expect, test } from "vitest";
import { createLog } from "./log.ts";

/** What a log writes for a line with these fields. */
function written(fields: object, message = "happened"): Record<string, unknown> {
  const lines: string[] = [];
  createLog({ level: "info", name: "test", write: (line) => void lines.push(line) }).info(fields, message);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>;
}

test("holds of a web address the server alone, wherever it stands", () => {
  const address = "https://user:pass@rpc.example.org:8443/v3/key-of-mine?token=word#part";
  const cause = new Error(`request to ${address} failed`, { cause: { requestUrl: address } });
  const line = written({ address, deep: { list: [`(${address})`] }, err: new Error("outer", { cause }) }, address);
  const text = JSON.stringify(line);
  for (const secret of ["user", "pass", "key-of-mine", "word", "part"]) expect(text).not.toContain(secret);
  expect(line).toMatchObject({
    msg: "https://rpc.example.org:8443/...",
    address: "https://rpc.example.org:8443/...",
    deep: { list: ["(https://rpc.example.org:8443/...)"] },
  });
});

test("leaves everything else as it is", () => {
  const fields = {
    plain: "http://127.0.0.1:8545",
    slash: "http://127.0.0.1:8545",
    multiaddr: "/ip4/127.0.0.1/tcp/4001/p2p/16Uiu2",
    protocol: "/lloom/rpc/1",
    quoted: 'a "word" and a \\ in it\n',
  };
  expect(written({ ...fields, slash: "http://127.0.0.1:8545/" })).toMatchObject(fields);
});
