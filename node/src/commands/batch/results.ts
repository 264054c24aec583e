import { once } from "node:events";
import { createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { announce, announceAside, type CommandContext } from "../command.ts";
import { progressLine } from "../progress-line.ts";
import { type BatchCalls, isOver } from "./batch-calls.ts";
import { progressSentence } from "./words.ts";

/** The lines of a batch that is over, answers first and then failures, on standard output or whole in a file. */
export async function tellResults(context: CommandContext, calls: BatchCalls, id: string): Promise<void> {
  const { to } = context.flags;
  const path = typeof to === "string" ? freePlace(to) : undefined;
  const batch = await calls.find(id);
  if (!isOver(batch))
    throw new LloomError("COMMAND_INVALID", `The batch ${id} is not over: ${progressSentence(batch)}.`, {
      next: `lloom batch follow ${id}`,
    });
  const files = [batch.output_file_id, batch.error_file_id].filter((file) => file !== null);
  if (files.length === 0)
    throw new LloomError("COMMAND_INVALID", `The batch ${id} has no results: ${progressSentence(batch)}.`, {
      next: `lloom batch show ${id}`,
    });
  const event = { event: "results", id, ...batch.request_counts };
  if (path === undefined) {
    for (const file of files) await pour(calls, file, process.stdout);
    announceAside(context, event, progressSentence(batch));
    return;
  }
  await writeWhole(context, { calls, files, path });
  announce(context, { ...event, file: path }, `${progressSentence(batch)}\nThe lines are in ${path}.`);
}

interface Writing {
  readonly calls: BatchCalls;
  readonly files: readonly string[];
  readonly path: string;
}

/** Where nothing is yet; looked at before anybody is asked. */
function freePlace(to: string): string {
  const path = givenPlace(to, "--to");
  if (!existsSync(path)) return path;
  throw new LloomError("COMMAND_INVALID", `There is a file already: ${path}. It is left as it is.`, {
    next: "Give another path.",
  });
}

/** All of it or nothing: a file of that name is never half of the results. */
async function writeWhole({ json }: CommandContext, { calls, files, path }: Writing): Promise<void> {
  const part = `${path}.part`;
  const progress = progressLine();
  try {
    const stream = createWriteStream(part, { mode: 0o600 });
    for (const file of files)
      await pour(calls, file, stream, (bytes) => {
        if (!json) progress.show(`${(bytes / 1e6).toFixed(1)} MB of ${file} ...`);
      });
    stream.end();
    await finished(stream);
    renameSync(part, path);
  } catch (cause) {
    rmSync(part, { force: true });
    if (cause instanceof LloomError) throw cause;
    throw new LloomError("COMMAND_INVALID", `${path} cannot be written: ${(cause as Error).message}.`, {
      cause,
      next: "Give a path where this user may write: --to FILE",
    });
  } finally {
    progress.clear();
  }
}

async function pour(
  calls: BatchCalls,
  file: string,
  stream: Writable,
  onBytes?: (bytes: number) => void,
): Promise<void> {
  const { body } = await calls.content(file);
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    onBytes?.(bytes);
    if (!stream.write(piece)) await once(stream, "drain");
  }
}
