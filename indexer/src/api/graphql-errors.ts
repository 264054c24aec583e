import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";

/** An error as GraphQL's executor gives it; one with a path happened while rows were read. */
interface Thrown {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly locations?: unknown;
}

/** The same with what every interface of the network says: code, sentence, next step. */
interface Told extends Thrown {
  readonly extensions: { readonly code: ErrorCode; readonly next: string };
}

/** Sentences that Ponder wrote for whoever asks; everything else that it throws is about its insides. */
const FOR_PEOPLE = /^(Cannot specify |Unknown column |Invalid (query|limit|offset))/;
const SCHEMA = "Correct the query; a browser that opens /graphql shows the schema.";

/**
 * Tells an executor's error. What it says about the text of a query is meant to be read; what is thrown while reading
 * rows is not, and is a cursor's fault if the query has one, since nothing else reaches the database unchecked.
 */
export function told({ message, path, locations }: Thrown, hasCursor: boolean): Told {
  const where = { ...(locations !== undefined && { locations }), ...(path !== undefined && { path }) };
  const tell = (code: ErrorCode, sentence: string, next: string = ERROR_CODES[code].next): Told => ({
    message: sentence,
    ...where,
    extensions: { code, next },
  });
  if (path === undefined) return tell("REQUEST_INVALID", message, SCHEMA);
  if (FOR_PEOPLE.test(message)) return tell("REQUEST_INVALID", message, SCHEMA);
  if (!hasCursor) return tell("INTERNAL", "The indexer failed to answer.");
  return tell(
    "REQUEST_INVALID",
    `The cursor of ${path.join(".")} is none of this list in this order.`,
    "Take endCursor or startCursor of the page before as it is, or leave the cursor out.",
  );
}
