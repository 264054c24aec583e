import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { LloomError } from "../../errors.ts";
import type { Clock } from "../../primitives/clock.ts";
import type { KeptFile, KeptFiles } from "../../store/batches/kept-files.ts";
import type { Room } from "../../store/files/disk-room.ts";
import { HttpError, invalidField } from "../http-problem.ts";
import { ownerOf } from "../keys/owner.ts";
import { type FileLimits, LEAST_KEEP_SECONDS, MOST_KEEP_SECONDS } from "./file-limits.ts";
import { LineSplitter } from "./line-splitter.ts";
import { readForm, tooLarge } from "./multipart-form.ts";

export interface ReceivingParts {
  readonly files: KeptFiles;
  readonly limits: FileLimits;
  readonly clock: Clock;
  /** Of the disk. */
  readonly room?: Room | undefined;
}

/** Takes a file as it comes, and keeps it once all of it is there and right. Throws REQUEST_INVALID, FRAME_TOO_LARGE, STORE_FAILED. */
export async function receiveFile(request: FastifyRequest, parts: ReceivingParts): Promise<KeptFile> {
  const { files, limits, clock } = parts;
  const owner = ownerOf(request);
  const announced = Number(request.headers["content-length"] ?? 0);
  refuseFull(parts, owner, announced);
  const madeAtMs = clock();
  const id = `file-${randomUUID().replaceAll("-", "")}`;
  const key = files.begin({ id, owner, purpose: "batch", name: "", madeAtMs });
  try {
    const splitter = new LineSplitter(limits);
    let lines = 0;
    const keep = (more: readonly Buffer[]): void => {
      if (more.length === 0) return;
      if (parts.files.used(owner).bytesOfAll > limits.bytesOfAll) throw noPlace(limits);
      files.append(key, lines, more);
      lines += more.length;
    };
    const form = await readForm(request.raw, {
      fileBytes: limits.fileBytes,
      take: (chunk) => keep(splitter.push(chunk)),
    });
    keep(splitter.end());
    if (lines === 0) throw invalidField("file", "file: it is empty.");
    refusePurpose(form.fields.get("purpose"));
    files.finish(key, { name: form.fileName, expiresAtMs: madeAtMs + keepMs(form.fields, limits) });
  } catch (thrown) {
    files.remove(key);
    throw thrown;
  }
  return files.byKey(key) as KeptFile;
}

function refuseFull({ files, limits, room }: ReceivingParts, owner: string, announced: number): void {
  const problem = room?.problem();
  if (problem !== undefined) throw problem;
  // What stands around the file in the form is a few hundred bytes.
  if (announced > limits.fileBytes + 64 * 1024) throw tooLarge(limits.fileBytes);
  const used = files.used(owner);
  if (used.files >= limits.files)
    throw new HttpError("REQUEST_INVALID", `You have ${used.files} files; ${limits.files} is the most.`, {
      status: 400,
      next: "Delete some.",
    });
  if (used.bytesOfAll + announced > limits.bytesOfAll) throw noPlace(limits);
}

const noPlace = ({ bytesOfAll }: FileLimits): LloomError =>
  new HttpError(
    "STORE_FAILED",
    `The gateway keeps ${bytesOfAll} bytes of files at most, and has no place for this one.`,
    {
      status: 507,
      type: "server_error",
      code: "FILES_FULL",
      next: "Delete files that are not needed, or wait until some expire.",
    },
  );

function refusePurpose(purpose: string | undefined): void {
  if (purpose === "batch") return;
  throw invalidField("purpose", 'purpose must be "batch": nothing else is done with files here.');
}

/** As its caller says, in OpenAI's form: `expires_after[anchor]` and `expires_after[seconds]`. */
function keepMs(fields: ReadonlyMap<string, string>, limits: FileLimits): number {
  const anchor = fields.get("expires_after[anchor]");
  const given = fields.get("expires_after[seconds]");
  if (anchor === undefined && given === undefined) return limits.keepMs;
  if (anchor !== "created_at") throw invalidField("expires_after.anchor", 'expires_after.anchor must be "created_at".');
  const value = /^\d{1,9}$/.test(given ?? "") ? Number(given) : 0;
  if (value >= LEAST_KEEP_SECONDS && value <= MOST_KEEP_SECONDS) return value * 1000;
  throw invalidField(
    "expires_after.seconds",
    `expires_after.seconds must be from ${LEAST_KEEP_SECONDS} to ${MOST_KEEP_SECONDS}.`,
  );
}
