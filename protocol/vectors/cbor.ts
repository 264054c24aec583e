/** The form of CBOR that this network speaks, apart from any message. The bytes are written by hand: no encoder makes the wrong ones. */

/** Items as a sender writes them: whoever decodes and encodes one has the same bytes again. `means` is diagnostic notation. */
const right = [
  { means: "0", cbor: "0x00" },
  { means: "23", cbor: "0x17" },
  { means: "24", cbor: "0x1818" },
  { means: "255", cbor: "0x18ff" },
  { means: "256", cbor: "0x190100" },
  { means: "65536", cbor: "0x1a00010000" },
  { means: "4294967296", cbor: "0x1b0000000100000000" },
  { means: "9007199254740991", cbor: "0x1b001fffffffffffff" },
  { means: "9007199254740992", cbor: "0x1b0020000000000000" },
  { means: "18446744073709551615", cbor: "0x1bffffffffffffffff" },
  { means: "18446744073709551616", cbor: "0xc249010000000000000000" },
  { means: "2^256 - 1", cbor: `0xc25820${"ff".repeat(32)}` },
  { means: "h''", cbor: "0x40" },
  { means: "h'00ff'", cbor: "0x4200ff" },
  { means: '""', cbor: "0x60" },
  { means: '"\\ufeffa"', cbor: "0x64efbbbf61" },
  { means: '"🧶"', cbor: "0x64f09fa7b6" },
  { means: "[]", cbor: "0x80" },
  { means: "[true, false, null]", cbor: "0x83f5f4f6" },
  { means: "{}", cbor: "0xa0" },
  { means: '{"b": 1, "aa": 2, "ab": 3}', cbor: "0xa36162016261610262616203" },
  { means: "sixteen lists inside each other", cbor: `0x${"81".repeat(15)}80` },
];

/** What nobody writes and everybody takes; `written` is what a sender writes instead. */
const taken = [
  { means: '{"b": 1, "a": 2}: keys in another order', cbor: "0xa2616201616102", written: "0xa2616102616201" },
];

/** What is no item of this protocol. `because`: its form, or a bound on what one message may cost. */
const refused = [
  { why: "no bytes", cbor: "0x", because: "form" },
  { why: "cut off", cbor: "0x6261", because: "form" },
  { why: "bytes behind the item", cbor: "0x0000", because: "form" },
  { why: "an integer in two bytes that one holds", cbor: "0x1801", because: "form" },
  { why: "an integer in three bytes that two hold", cbor: "0x1900ff", because: "form" },
  { why: "an integer in five bytes that three hold", cbor: "0x1a0000ffff", because: "form" },
  { why: "an integer in nine bytes that five hold", cbor: "0x1b00000000ffffffff", because: "form" },
  { why: "a text's length in two bytes that one holds", cbor: "0x780161", because: "form" },
  { why: "a byte string's length in two bytes that one holds", cbor: "0x580161", because: "form" },
  { why: "a list's length in two bytes that one holds", cbor: "0x980101", because: "form" },
  { why: "a map's length in two bytes that one holds", cbor: "0xb801616101", because: "form" },
  { why: "a list without a length", cbor: "0x9fff", because: "form" },
  { why: "a map without a length", cbor: "0xbfff", because: "form" },
  { why: "text without a length", cbor: "0x7f6161ff", because: "form" },
  { why: "a byte string without a length", cbor: "0x5f4161ff", because: "form" },
  { why: "an end of nothing", cbor: "0xff", because: "form" },
  { why: "a key twice", cbor: "0xa2616101616101", because: "form" },
  { why: "an integer as a key", cbor: "0xa10101", because: "form" },
  { why: "a byte string as a key", cbor: "0xa1416101", because: "form" },
  { why: "a float of two bytes", cbor: "0xf93c00", because: "form" },
  { why: "a float of four bytes", cbor: "0xfa3f800000", because: "form" },
  { why: "a float of eight bytes", cbor: "0xfb3ff0000000000000", because: "form" },
  { why: "not a number", cbor: "0xf97e00", because: "form" },
  { why: "undefined", cbor: "0xf7", because: "form" },
  { why: "a simple value", cbor: "0xe0", because: "form" },
  { why: "a simple value in two bytes", cbor: "0xf820", because: "form" },
  { why: "a length of no size that there is", cbor: "0x1c", because: "form" },
  { why: "a date, tag 1", cbor: "0xc101", because: "form" },
  { why: "a negative bignum, tag 3", cbor: "0xc349010000000000000000", because: "form" },
  { why: "tag 64", cbor: "0xd84041ff", because: "form" },
  { why: "tag 55799, which says that this is CBOR", cbor: "0xd9d9f700", because: "form" },
  { why: "a bignum that 64 bits hold", cbor: "0xc2480100000000000000", because: "form" },
  { why: "a bignum of no bytes", cbor: "0xc240", because: "form" },
  { why: "a bignum with a zero before its digits", cbor: "0xc24a00010000000000000000", because: "form" },
  { why: "a bignum of text", cbor: "0xc269616161616161616161", because: "form" },
  { why: "text that is not UTF-8", cbor: "0x61ff", because: "form" },
  { why: "text with half of a surrogate pair", cbor: "0x63eda080", because: "form" },
  { why: "a bignum of 33 bytes", cbor: `0xc25821${"01".repeat(33)}`, because: "bound" },
  { why: "seventeen lists inside each other", cbor: `0x${"81".repeat(16)}80`, because: "bound" },
];

/** cbor.json: single items. */
export const cborVectors = () => ({ right, taken, refused });
