/**
 * @file Straight-through gradients with a rectangle kernel (Rajamanoharan et al. 2024, "Jumping Ahead:
 * Improving Reconstruction Fidelity with JumpReLU Sparse Autoencoders", equations 10 and 11).
 */
import type { Tensor } from '../../tensor/index.ts';

/** 1 where |x| < bandwidth / 2, else 0. */
export function inBand(x: Tensor, bandwidth: number): Tensor {
  return x
    .abs()
    .less(bandwidth / 2)
    .cast(x.dtype);
}

/** `value` with a further gradient of its own towards `wrt`: `slope` times what arrives. */
export function withSlope(value: Tensor, wrt: Tensor, slope: Tensor): Tensor {
  return value.add(wrt.sub(wrt.stopGradient()).mul(slope.stopGradient()));
}
