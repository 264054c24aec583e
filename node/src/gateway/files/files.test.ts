import type OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openai, type StagedGateway, stageGateway, thrownBy } from "../../../../test/support/staged-gateway.ts";
import { LloomError } from "../../errors.ts";
import type { Gateway } from "../gateway.ts";
import type { FileLimits } from "./file-limits.ts";

const DEADLINE = { timeout: 20_000, interval: 5 };

let staged: StagedGateway;
let nowMs: number;
beforeEach(() => {
  staged = stageGateway();
  nowMs = Date.UTC(2026, 10, 30);
});
afterEach(() => staged[Symbol.asyncDispose]());

const start = (limits: Partial<FileLimits> = {}): Promise<Gateway> =>
  staged.start({ batches: staged.memory.batches({ limits, clock: () => nowMs }) });
const fileOf = (...lines: string[]): File => new File([lines.join("\n")], "dir/ä.jsonl");
const send = (caller: OpenAI, file: File, more: object = {}) =>
  caller.files.create({ file, purpose: "batch", ...more });
const sendForm = ({ url }: Gateway, body: FormData | string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/files`, { method: "POST", body, headers });

describe("a file", () => {
  it("comes back byte by byte, is listed a page at a time, and is gone when it is deleted", async () => {
    const gateway = await start();
    const caller = openai(gateway);
    const text = '{"a":"ä"}\r\n\n{"b":1}';
    const sent = await send(caller, fileOf(text));
    const day = 86_400_000 / 1000;
    expect(sent).toMatchObject({
      ...{ object: "file", bytes: 20, purpose: "batch", filename: "ä.jsonl", status: "processed" },
      ...{ created_at: nowMs / 1000, expires_at: nowMs / 1000 + 30 * day },
    });
    expect(await (await caller.files.content(sent.id)).text()).toBe(text);
    const second = await send(caller, fileOf("{}"), { expires_after: { anchor: "created_at", seconds: 3_600 } });
    const listed: string[] = [];
    for await (const { id } of caller.files.list({ limit: 1, order: "asc" })) listed.push(id);
    expect(listed).toEqual([sent.id, second.id]);
    expect((await caller.files.list({ purpose: "batch_output" })).data).toEqual([]);
    expect(await caller.files.delete(sent.id)).toEqual({ id: sent.id, object: "file", deleted: true });
    expect(await thrownBy(caller.files.content(sent.id))).toMatchObject({ status: 404 });
    nowMs += 3_600_000;
    expect(await thrownBy(caller.files.retrieve(second.id))).toMatchObject({ status: 404 });
    // Its bytes are no file's any more, and stand nowhere as they were.
    await vi.waitFor(() => expect(staged.memory.batches().files.used("programs").bytesOfAll).toBe(2), DEADLINE);
  });

  it("is refused beyond the limits, by what is wrong, and leaves nothing behind", async () => {
    const gateway = await start({ fileBytes: 4_000, lines: 3, lineBytes: 1_000, files: 2, bytesOfAll: 6_000 });
    const caller = openai(gateway);
    const refused = async (file: File, more: object = {}) => thrownBy(send(caller, file, more));
    expect(await refused(fileOf("x".repeat(1_001)))).toMatchObject({
      message: expect.stringMatching(/line 1 is longer/),
    });
    expect(await refused(fileOf("1", "2", "3", "4"))).toMatchObject({
      message: expect.stringMatching(/more than 3 lines/),
    });
    expect(await refused(fileOf(...Array(5).fill("x".repeat(900))))).toMatchObject({ status: expect.any(Number) });
    expect(await refused(fileOf(""))).toMatchObject({ status: 400, param: "file" });
    expect(await refused(fileOf("{}"), { purpose: "fine-tune" })).toMatchObject({ status: 400, param: "purpose" });
    const broken = new File([new Uint8Array([0x7b, 0xe9, 0x7d])], "broken.jsonl");
    expect(await refused(broken)).toMatchObject({ message: expect.stringMatching(/line 1 is not UTF-8/) });
    expect(await refused(fileOf("y".repeat(200_000)))).toMatchObject({ status: 413 });
    expect(staged.memory.batches().files.used("programs").files).toBe(0);
    await send(caller, fileOf("{}"));
    await send(caller, fileOf("{}"));
    expect(await refused(fileOf("{}"))).toMatchObject({ message: expect.stringMatching(/2 is the most/) });
  });

  it("is taken from programs, whatever the order of the form, and not from pages, which may send forms anywhere", async () => {
    const gateway = await start();
    const form = new FormData();
    form.append("file", fileOf("{}"));
    form.append("purpose", "batch");
    expect((await sendForm(gateway, form, { origin: "https://evil.example" })).status).toBe(403);
    expect((await sendForm(gateway, form)).status).toBe(200);
    expect((await sendForm(gateway, "{}", { "content-type": "application/json" })).status).toBe(400);
    expect((await sendForm(gateway, "x", { "content-type": "multipart/form-data; boundary=b" })).status).toBe(400);
    expect((await sendForm(gateway, "x", { "content-type": "multipart/form-data" })).status).toBe(400);
    const wrongField = new FormData();
    wrongField.append("document", fileOf("{}"));
    expect(await (await sendForm(gateway, wrongField)).json()).toMatchObject({ error: { param: "file" } });
    const cut = new AbortController();
    const body = new ReadableStream({
      pull: (stream) => {
        stream.enqueue(Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n{}\n{}\n'));
        setImmediate(() => cut.abort());
      },
    });
    const asked = { method: "POST", body, duplex: "half", signal: cut.signal };
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    await thrownBy(fetch(`${gateway.url}/v1/files`, { ...asked, headers } as RequestInit));
    const { files } = staged.memory.batches();
    await vi.waitFor(() => expect(files.used("programs").files).toBe(1), DEADLINE);
  });

  it("is said to be out of reach where the store cannot be opened, and answers go on", async () => {
    const problem = new LloomError("STORE_FAILED", "The store is damaged.", { next: "Move it away." });
    const caller = openai(await staged.start({ batches: problem }));
    for (const asked of [caller.files.list(), caller.batches.list(), send(caller, fileOf("{}"))])
      expect(await thrownBy(asked)).toMatchObject({
        status: 500,
        message: expect.stringMatching(/damaged.*Move it away/),
      });
    expect((await caller.models.list()).data).toHaveLength(2);
  });
});
