/** @file Clusters of samples, nested to any depth, and how they are resampled. */
import { badInput } from '../tensor/errors.ts';
import type { RandomReader } from '../tensor/random.ts';

/** A cluster's name, or its path from the outermost: ['organism seed 3', 'prompt 17']. */
export type Cluster = string | readonly string[];

interface Node {
  /** Index among the leaves; -1 for inner nodes. */
  leaf: number;
  /** Which arms or classes it holds, one bit each. */
  members: number;
  readonly children: Map<string, Node>;
  /** Children grouped by `members`: each group is resampled by itself, so that no arm runs empty. */
  strata: Node[][];
}

const emptyNode = (): Node => ({ leaf: -1, members: 0, children: new Map(), strata: [] });

/**
 * A tree of clusters. Samples are added one by one; the innermost clusters are the leaves, whose
 * multiplicities a resample draws.
 */
export class ClusterTree {
  readonly #root = emptyNode();
  #leaves = 0;
  #depth = -1;

  /** Number of innermost clusters. */
  get leaves(): number {
    return this.#leaves;
  }

  /** Number of outermost clusters. */
  get clusters(): number {
    return this.#root.children.size;
  }

  /** Independent pieces of information about a spread: outermost clusters less one per stratum. */
  get degrees(): number {
    return this.clusters - new Set([...this.#root.children.values()].map((c) => c.members)).size;
  }

  /**
   * Notes that a cluster holds a sample of an arm; returns the index of its leaf.
   *
   * @param member bit of the arm or class: 1, 2, 4, ...
   */
  add(cluster: Cluster, member: number): number {
    const path = typeof cluster === 'string' ? [cluster] : cluster;
    if (path.length === 0) badInput('a cluster needs a name, got an empty path');
    if (this.#depth >= 0 && path.length !== this.#depth) {
      badInput(
        `clusters must have equally long paths, got ${this.#depth} and ${path.length} (${path.join(' / ')})`,
      );
    }
    this.#depth = path.length;
    let node = this.#root;
    for (const name of path) {
      node.members |= member;
      let child = node.children.get(name);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(name, child);
      }
      node = child;
    }
    node.members |= member;
    if (node.leaf < 0) node.leaf = this.#leaves++;
    return node.leaf;
  }

  /** Groups every node's children; call it once after the last `add`. */
  seal(): this {
    const visit = (node: Node) => {
      const strata = new Map<number, Node[]>();
      for (const child of node.children.values()) {
        visit(child);
        const stratum = strata.get(child.members);
        if (stratum === undefined) strata.set(child.members, [child]);
        else stratum.push(child);
      }
      node.strata = [...strata.values()];
    };
    visit(this.#root);
    return this;
  }

  /** The leaves under each outermost cluster. */
  outermost(): number[][] {
    const leavesOf = (node: Node): number[] =>
      node.leaf >= 0 ? [node.leaf] : [...node.children.values()].flatMap(leavesOf);
    return [...this.#root.children.values()].map(leavesOf);
  }

  /**
   * Draws clusters with replacement, outermost first, then those inside each drawn one.
   *
   * @param multiplicity how often each leaf was drawn; overwritten
   */
  resample(reader: RandomReader, multiplicity: Int32Array): void {
    multiplicity.fill(0);
    this.#draw(this.#root, reader, multiplicity);
  }

  #draw(node: Node, reader: RandomReader, multiplicity: Int32Array): void {
    for (const stratum of node.strata) {
      for (let k = 0; k < stratum.length; k++) {
        const child = stratum[reader.integer(stratum.length)]!;
        if (child.leaf >= 0) multiplicity[child.leaf] = multiplicity[child.leaf]! + 1;
        else this.#draw(child, reader, multiplicity);
      }
    }
  }
}
