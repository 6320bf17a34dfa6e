/** @file Svelte's settings: warnings are errors of the check. */
export default { compilerOptions: { runes: true } };
