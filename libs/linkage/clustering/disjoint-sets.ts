/** Disjoint sets over 0 … size-1, with path halving; the representative is always the smallest member. */
export class DisjointSets {
  private readonly parent: Int32Array

  constructor(size: number) {
    this.parent = Int32Array.from({ length: size }, (_, i) => i)
  }

  find(x: number): number {
    let root = x
    while (this.parent[root] !== root) {
      this.parent[root] = this.parent[this.parent[root]!]!
      root = this.parent[root]!
    }
    return root
  }

  union(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)]
    if (x < y) this.parent[y] = x
    else this.parent[x] = y
  }
}
