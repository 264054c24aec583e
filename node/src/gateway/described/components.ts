import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** What schemas that stand for any JSON are called. */
const ANY_JSON = "Json";
const PLACE = "#/components/schemas/";

/** The schemas of a document: each that has an id of its own stands here once, and is referred to by it. */
export class Components {
  readonly #schemas = new Map<string, JsonSchema>();

  get schemas(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#schemas].sort(([one], [other]) => one.localeCompare(other)));
  }

  /** What stands for a schema at its place: a reference, or the schema itself where it has no id. It is what may be sent, not what is made of that. */
  refer(schema: z.ZodType): JsonSchema {
    const { $schema: _, $defs = {}, ...at } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    for (const [name, definition] of Object.entries($defs)) this.#add(nameOf(name), placed(definition));
    return placed(at);
  }

  /** The fields of an object, each with whether it has to be there. */
  fieldsOf(schema: z.ZodObject): { readonly name: string; readonly required: boolean; readonly schema: JsonSchema }[] {
    const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    return Object.entries(properties).map(([name, field]) => ({
      ...{ name, required: required.includes(name), schema: placed(field as JsonSchema) },
    }));
  }

  #add(name: string, schema: JsonSchema): void {
    const known = this.#schemas.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new LloomError("INTERNAL", `Two schemas of the description are called ${name}.`);
    this.#schemas.set(name, schema);
  }
}

/** Those that refer to themselves get a number where they have no name: here only what stands for any JSON does. */
const nameOf = (name: string): string => (name.startsWith("__schema") ? ANY_JSON : name);

/** With references to where the schemas stand in the document. */
const placed = (schema: JsonSchema): JsonSchema =>
  JSON.parse(
    JSON.stringify(schema).replaceAll(/"#\/\$defs\/([^"]+)"/g, (_, name: string) => `"${PLACE}${nameOf(name)}"`),
  );
