/** Rules (GBNF) of any JSON value. White space is short, so that a model cannot spend paid tokens on it. */
export const JSON_RULES = String.raw`
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" space ( member ( space "," space member )* space )? "}"
member ::= string space ":" space value
array  ::= "[" space ( value ( space "," space value )* space )? "]"
string ::= "\"" ( [^"\\\x00-\x1F\x7F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""
number ::= "-"? ( "0" | [1-9] [0-9]{0,20} ) ( "." [0-9]{1,20} )? ( [eE] [-+]? [0-9]{1,3} )?
space  ::= ( " " | "\n" [ \t]{0,16} )?
`;

/**
 * The grammar of `responseFormat: "json"`: one object, as OpenAI's json_object mode promises. No white space follows the last brace.
 */
export const JSON_GRAMMAR = `root   ::= object\n${JSON_RULES}`;
