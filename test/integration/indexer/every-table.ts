import { createHash } from "node:crypto";
import { askAnew } from "../../support/ask-anew.ts";

/** A digest of every table as CSV, by the table's name: two indexes with the same ones have the same rows. */
export async function everyTable(url: string): Promise<Readonly<Record<string, string>>> {
  const refused = await (await askAnew(`${url}/export/none.csv`)).json();
  const [{ message = "" } = {}] = (refused as { errors: { message: string }[] }).errors;
  const names = message.slice(message.indexOf(":") + 1).match(/\w+/g) ?? [];
  const digests: [string, string][] = [];
  for (const name of names) {
    const response = await askAnew(`${url}/export/${name}.csv`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${name}: ${text}`);
    digests.push([name, `${text.split("\r\n").length - 2} ${createHash("sha256").update(text).digest("hex")}`]);
  }
  return Object.fromEntries(digests);
}
