import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, expect, it } from "vitest";
import { answerText, tokenText } from "./bench-answer.ts";
import { type CallsDone, runJob, type StreamsDone } from "./generator-jobs.ts";

type Behaviour = (response: ServerResponse, call: number) => void;
let behave: Behaviour = () => undefined;
let calls = 0;
const connections = new Set<object>();

const server = createServer(async (request, response) => {
  await text(request);
  behave(response, calls++);
});
server.on("connection", (socket) => connections.add(socket));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
afterAll(() => server.closeAllConnections());
const target = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };

async function runCalls(behaviour: Behaviour, parallel: number, mostCalls: number): Promise<CallsDone> {
  [behave, calls] = [behaviour, 0];
  connections.clear();
  return (await runJob({ kind: "calls", target, tokens: 3, parallel, mostCalls, mostMs: 10_000 })) as CallsDone;
}

async function runStreams(behaviour: Behaviour, each: number): Promise<StreamsDone> {
  [behave, calls] = [behaviour, 0];
  const job = { kind: "streams", target, tokens: 3, paceMs: 0, parallel: 1, rampMs: 0, each } as const;
  return (await runJob(job)) as StreamsDone;
}

const right = JSON.stringify({ choices: [{ message: { content: answerText(3) } }] });
const send = (response: ServerResponse, body: string, status = 200): void => {
  response.writeHead(status, { "content-length": Buffer.byteLength(body) }).end(body);
};
const event = (content: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

it("makes so many calls and no more, over connections that it keeps", async () => {
  const { tookMs, errors } = await runCalls((response) => send(response, right), 4, 50);
  expect([tookMs.length, errors, calls, connections.size]).toEqual([50, 0, 50, 4]);
});

it("counts what is refused, broken off, or not the text as an error, and goes on", async () => {
  const behaviour: Behaviour = (response, call) => {
    if (call === 1) send(response, right, 503);
    else if (call === 2) response.destroy();
    else if (call === 3) send(response, right.replace("1", "7"));
    else send(response, right);
  };
  const { tookMs, errors, firstProblem } = await runCalls(behaviour, 1, 10);
  expect([tookMs.length, errors]).toEqual([7, 3]);
  expect(firstProblem).toMatch(/^503 /);
});

it("tells when each piece of a stream came, however its events are cut", async () => {
  const behaviour: Behaviour = (response) => {
    const all = `${[0, 1, 2].map((at) => event(tokenText(at))).join("")}data: {"choices":[]}\n\ndata: [DONE]\n\n`;
    response.write(all.slice(0, 70));
    response.end(all.slice(70));
  };
  const { streams } = await runStreams(behaviour, 2);
  expect(streams.map(({ isWhole, arrivedMs }) => [isWhole, arrivedMs.length])).toEqual([
    [true, 3],
    [true, 3],
  ]);
});

it("does not take a stream for whole that lost a token or swapped two", async () => {
  const wrong = [
    [0, 2],
    [0, 2, 1],
  ];
  const behaviour: Behaviour = (response, call) =>
    void response.end(`${(wrong[call] ?? []).map((at) => event(tokenText(at))).join("")}data: [DONE]\n\n`);
  const { streams } = await runStreams(behaviour, 2);
  expect(streams.map(({ isWhole }) => isWhole)).toEqual([false, false]);
});

it("sends load to this machine alone", async () => {
  const job = { kind: "calls", target: { url: "http://192.0.2.1:80" }, tokens: 1, parallel: 1 } as const;
  await expect(runJob({ ...job, mostCalls: 1, mostMs: 1 })).rejects.toThrow("this machine");
});
