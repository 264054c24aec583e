import { expect, test } from "vitest";
import { responseBody } from "../../../../test/support/hosts.ts";
import { AnswerQueue } from "./answer-queue.ts";

function drain(queue: AnswerQueue) {
  const frames = [];
  for (let frame = queue.next(); frame !== undefined; frame = queue.next()) frames.push(frame);
  return frames;
}

test("text that waits is merged up to a frame, other frames stay between", () => {
  const queue = new AnswerQueue(1_000);
  queue.push({ type: "status", state: "running", position: 0 });
  for (const text of ["a", "b", "c"]) queue.push({ type: "token", text });
  queue.push(responseBody);
  expect(drain(queue)).toEqual([
    { type: "status", state: "running", position: 0 },
    { type: "token", text: "abc" },
    responseBody,
  ]);
});

test("long text is cut, never through a character, and nothing is lost", () => {
  const queue = new AnswerQueue(1_000_000);
  const text = `x${"😀".repeat(40_000)}`;
  queue.push({ type: "token", text });
  const pieces = drain(queue).map((frame) => (frame.type === "token" ? frame.text : ""));
  expect(pieces.length).toBe(5);
  expect(Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString()).toBe(text);
});

test("there is room again when enough was taken, and at once when nobody reads any more", async () => {
  const queue = new AnswerQueue(20_000);
  for (const _ of [1, 2]) queue.push({ type: "token", text: "x".repeat(15_000) });
  let roomy = false;
  const room = queue.room().then(() => {
    roomy = true;
  });
  await Promise.resolve();
  expect({ roomy, queued: queue.queuedText }).toEqual({ roomy: false, queued: 30_000 });
  queue.next();
  await room;
  for (const _ of [1, 2]) queue.push({ type: "token", text: "x".repeat(15_000) });
  const again = queue.room();
  queue.discard();
  await again;
  queue.push(responseBody);
  expect({ queued: queue.queuedText, frames: drain(queue) }).toEqual({ queued: 0, frames: [] });
});
