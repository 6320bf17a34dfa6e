/** @file The bench: techniques by organisms, with negative controls and what may be said of each. */
export { type BenchOptions, type Contestant, runBench } from './bench.ts';
export { renderBenchHtml } from './report/html.ts';
export { renderBench } from './report/terminal.ts';
export * from './result.ts';
