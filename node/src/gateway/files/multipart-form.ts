import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy";
import { HttpError, invalidField } from "../http-problem.ts";

/** What came beside the file. */
export interface ReceivedForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
}

export interface FormReader {
  /** Most bytes of the file. */
  readonly fileBytes: number;
  /** Takes a piece of the file. What it throws ends the reading. */
  readonly take: (chunk: Buffer) => void;
}

/** A form has one file and a few short fields. */
const MOST_FIELDS = 8;
const FIELD_BYTES = 1024;
const NAME_BYTES = 100;
const HEADER_PAIRS = 16;
const HEADER_BYTES = 4096;
/** Of a file's name that is kept. */
const FILE_NAME_CHARACTERS = 255;

const unreadable = (message: string): HttpError =>
  new HttpError("REQUEST_INVALID", message, {
    status: 400,
    next: "Send multipart/form-data with the fields file and purpose, as OpenAI's clients do.",
  });

const hungUp = (): HttpError =>
  new HttpError("CANCELLED", "The caller hung up.", { status: 499, next: "Send the whole file." });

/**
 * Reads a form as it comes, in pieces. The request is left open when it fails, so that its sender gets to read why. Throws REQUEST_INVALID,
 * FRAME_TOO_LARGE, and what `take` throws.
 */
export async function readForm(raw: IncomingMessage, { fileBytes, take }: FormReader): Promise<ReceivedForm> {
  const form = openForm(raw, fileBytes);
  const fields = new Map<string, string>();
  let fileName: string | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => {
    // Read to its end, it closes too; the form says what it was.
    if (!raw.complete) reject(hungUp());
  };
  form.on("field", (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) reject(invalidField("body", `A field of the form is longer than ${FIELD_BYTES} bytes.`));
    else fields.set(name, value);
  });
  for (const limit of ["fieldsLimit", "filesLimit", "partsLimit"] as const)
    form.on(limit, () => reject(unreadable(`The form has more than one file, or more than ${MOST_FIELDS} fields.`)));
  form.on("file", (field, stream, name) => {
    if (field !== "file") reject(invalidField("file", `The form's file must be in the field "file", not "${field}".`));
    fileName = name.slice(0, FILE_NAME_CHARACTERS);
    takeAll(stream, take).catch(reject);
    stream.on("limit", () => reject(tooLarge(fileBytes)));
  });
  form.on("finish", () => resolve());
  form.on("error", () => reject(unreadable("The form cannot be read.")));
  raw.once("close", onClose);
  raw.pipe(form);
  try {
    await promise;
  } finally {
    raw.off("close", onClose);
    raw.unpipe(form);
    // Its parts are let go of, and what they still say.
    form.on("error", () => undefined);
    form.destroy();
  }
  if (fileName === undefined) throw invalidField("file", "The form has no file.");
  return { fields, fileName };
}

function openForm({ headers }: IncomingMessage, fileSize: number): BusboyInstance {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      isPartAFile: (_field, _type, name) => name !== undefined,
      limits: {
        ...{ files: 1, fields: MOST_FIELDS, parts: MOST_FIELDS + 1, fileSize, fieldSize: FIELD_BYTES },
        ...{ fieldNameSize: NAME_BYTES, headerPairs: HEADER_PAIRS, headerSize: HEADER_BYTES },
      },
    });
  } catch {
    throw unreadable("The body is no form.");
  }
}

async function takeAll(stream: Readable, take: FormReader["take"]): Promise<void> {
  for await (const chunk of stream) take(chunk as Buffer);
}

export const tooLarge = (bytes: number): HttpError =>
  new HttpError("FRAME_TOO_LARGE", `The file is larger than ${bytes} bytes.`, {
    status: 413,
    next: "Cut it into several files at the ends of lines.",
  });
