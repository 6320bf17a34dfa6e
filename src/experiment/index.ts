/** @file Experiments: one file per question, its arms, measures and decision rule written before the run. */
export * from './experiment.ts';
export * from './experiments.ts';
export { renderExperimentHtml } from './report/html.ts';
export { renderExperiment, renderStatement, tableLines } from './report/terminal.ts';
export * from './statement.ts';
