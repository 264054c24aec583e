import { ByteWriter, ParquetWriter } from "hyparquet-writer";

type Row = Readonly<Record<string, unknown>>;

/** How a column is written: whole numbers that may exceed 64 bits are decimal text, as everywhere. */
export type ParquetKind = "text" | "integer" | "double" | "boolean";

export interface ParquetColumn {
  readonly name: string;
  readonly kind: ParquetKind;
}

const TYPES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  integer: { type: "INT32" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
} as const;

/** Rows of one group: enough for columns to be read by themselves, few enough to be held at a time. */
const GROUP_ROWS = 10_000;

/** Rows as Parquet, a part for each group of rows. Every column may be null. */
export async function parquetParts(
  columns: readonly ParquetColumn[],
  pages: AsyncIterable<readonly Row[]>,
): Promise<readonly Uint8Array[]> {
  const writer = new ByteWriter();
  const root = { name: "root", num_children: columns.length };
  const schema = [root, ...columns.map(({ name, kind }) => ({ name, repetition_type: "OPTIONAL", ...TYPES[kind] }))];
  const file = new ParquetWriter({
    writer,
    schema: schema as ConstructorParameters<typeof ParquetWriter>[0]["schema"],
  });
  const parts: Uint8Array[] = [];
  let waiting: Row[] = [];
  const writeGroup = async (): Promise<void> => {
    const columnData = columns.map(({ name, kind }) => ({ name, data: waiting.map((row) => cellOf(row[name], kind)) }));
    if (waiting.length > 0) await file.write({ columnData, rowGroupSize: GROUP_ROWS });
    waiting = [];
    takeBytes(writer, parts);
  };
  for await (const page of pages) {
    waiting.push(...page);
    if (waiting.length >= GROUP_ROWS) await writeGroup();
  }
  await writeGroup();
  await file.finish();
  takeBytes(writer, parts);
  return parts;
}

/** Moves what was written out of the writer, which goes on counting. */
function takeBytes(writer: ByteWriter, parts: Uint8Array[]): void {
  const bytes = writer.getBytes();
  if (bytes.length > 0) parts.push(bytes.slice());
  writer.index = 0;
}

function cellOf(value: unknown, kind: ParquetKind): unknown {
  if (value === null || value === undefined) return null;
  if (kind !== "text") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
