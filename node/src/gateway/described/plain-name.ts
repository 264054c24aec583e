/** Letters, digits and what stands between them in names of models; no sentence, and no markup. */
const PLAIN = /^[\w./:@+-]{1,128}$/;

/**
 * Models whose names are nothing but names. A name is its seller's word, and models read these lists: what could be told to them in a name
 * is left out here. `GET /v1/models` has all of them.
 */
export const plainNames = <Named extends { readonly model: string }>(models: readonly Named[]): Named[] =>
  models.filter(({ model }) => PLAIN.test(model));
