/** Class names are looked for in this folder alone, wherever the build is started. */
export default { plugins: { "@tailwindcss/postcss": { base: import.meta.dirname } } };
