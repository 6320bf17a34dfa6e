/** @file Decoder rows of norm 1, and gradients that do not change their norm. */

/** Removes from each row of a gradient the part that is parallel to the row of the weights. */
export function removeParallel(gradient: Float32Array, weight: Float32Array, width: number): void {
  for (let start = 0; start < weight.length; start += width) {
    let [dot, norm] = [0, 0];
    for (let i = start; i < start + width; i++) {
      dot += gradient[i]! * weight[i]!;
      norm += weight[i]! * weight[i]!;
    }
    const share = norm > 0 ? dot / norm : 0;
    for (let i = start; i < start + width; i++) gradient[i] = gradient[i]! - share * weight[i]!;
  }
}

/** Scales each row to norm 1; a row of zeros stays. */
export function unitRows(weight: Float32Array, width: number): void {
  for (let start = 0; start < weight.length; start += width) {
    let norm = 0;
    for (let i = start; i < start + width; i++) norm += weight[i]! * weight[i]!;
    const scale = norm > 0 ? 1 / Math.sqrt(norm) : 1;
    for (let i = start; i < start + width; i++) weight[i] = weight[i]! * scale;
  }
}
