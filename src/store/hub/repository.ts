/** @file A model on the hub and its place in the cache, laid out as Python's huggingface_hub lays it out. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { badUsage } from '../../tensor/errors.ts';

/** A repository of models at a revision: a branch, a tag, or a commit. */
export interface Repository {
  /** 'org/name', or 'name' for the oldest ones. */
  readonly id: string;
  readonly revision: string;
}

/** Variables of the environment, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_REVISION = 'main';
const NAME = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?';
const ID = new RegExp(`^${NAME}(?:/${NAME})?$`);
const REVISION = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a revision is a commit's full hash. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** 'org/name' or 'org/name@revision'; undefined where the text cannot be one. */
export function repositoryNamed(text: string): Repository | undefined {
  const at = text.indexOf('@');
  const id = at < 0 ? text : text.slice(0, at);
  const revision = at < 0 ? DEFAULT_REVISION : text.slice(at + 1);
  const odd = /--|\.\./.test(id) || revision.split('/').some((part) => /^\.*$/.test(part));
  return ID.test(id) && REVISION.test(revision) && !odd ? { id, revision } : undefined;
}

/** @throws TouchstoneError where the text names no repository */
export function parseRepository(text: string): Repository {
  return (
    repositoryNamed(text) ??
    badUsage(
      `'${text}' is no model of the hub`,
      "give ORG/NAME, or ORG/NAME@REVISION with a branch, a tag or a commit, such as 'EleutherAI/pythia-70m@main'",
    )
  );
}

/** 'org/name', with its revision where that is not the usual one. */
export function spellRepository({ id, revision }: Repository): string {
  return revision === DEFAULT_REVISION ? id : `${id}@${revision}`;
}

/** The folder of all cached repositories: HF_HUB_CACHE, or `hub` in HF_HOME. */
export function cacheFolder(env: Environment): string {
  return env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(homeFolder(env), 'hub');
}

/** What else Hugging Face's programs keep, such as the token. */
export function homeFolder(env: Environment): string {
  return env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
}

/** Folder names of cached models: 'models--org--name'. */
export const MODEL_FOLDER = /^models--(?:(.+?)--)?(.+)$/;

/** Where the parts of a repository lie in the cache. */
export interface Places {
  readonly cache: string;
  readonly root: string;
  readonly blobs: string;
  readonly refs: string;
  readonly snapshots: string;
  /** Beside the repositories, where Python's own locks are. */
  readonly locks: string;
}

export function placesOf(cache: string, id: string): Places {
  const name = `models--${id.replace('/', '--')}`;
  const root = join(cache, name);
  return {
    cache,
    root,
    blobs: join(root, 'blobs'),
    refs: join(root, 'refs'),
    snapshots: join(root, 'snapshots'),
    locks: join(cache, '.locks', name),
  };
}
