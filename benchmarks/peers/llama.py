"""A llama in eager PyTorch, written for speed: the model that Touchstone is timed against.

RMSNorm, rotary positions, SwiGLU, tied embeddings, optional grouped-query attention. Its weights
are random, since only time is measured.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    layers: int
    width: int
    heads: int
    kv_heads: int
    intermediate: int
    vocabulary: int

    @property
    def head(self):
        return self.width // self.heads


@dataclass(frozen=True)
class Choices:
    """Ways to write the same arithmetic; the benchmark times them and keeps the fastest."""

    fused: bool = True  # one product for q, k, v and one for gate and up
    flash: bool = True  # F.scaled_dot_product_attention, else two products and a softmax
    native_norm: bool = True  # F.rms_norm, else written out
    complex_rope: bool = False  # Meta's layout as complex numbers, else Hugging Face's halves


class RMSNorm(nn.Module):
    """Zhang & Sennrich 2019, equation 4."""

    def __init__(self, width, native):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.native = native

    def forward(self, x):
        if self.native:
            return F.rms_norm(x, self.weight.shape, self.weight, 1e-5)
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


def rotations(head, longest, as_complex):
    """Rotary angles (Su et al. 2021, equation 15) of every position: (token, 1, head / 2)."""
    frequency = 10000.0 ** (-torch.arange(0, head, 2).float() / head)
    angle = torch.outer(torch.arange(longest).float(), frequency)[:, None, :]
    if as_complex:
        return torch.polar(torch.ones_like(angle), angle)
    return torch.stack((angle.cos(), angle.sin()))


def rotate(x, turn):
    """Rotates (batch, token, head, width) by `turn`, a slice of `rotations`."""
    if turn.is_complex():
        return torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (-1, 2))) * turn).flatten(-2)
    cos, sin = turn
    left, right = x.chunk(2, -1)
    return torch.cat((left * cos - right * sin, right * cos + left * sin), -1)


class Cache:
    """Keys and values of one layer, preallocated: (batch, head, slot, width)."""

    def __init__(self, batch, slots, shape):
        size = (batch, shape.kv_heads, slots, shape.head)
        self.keys, self.values = torch.empty(size), torch.empty(size)
        self.filled = 0

    def extend(self, keys, values):
        end = self.filled + keys.shape[2]
        self.keys[:, :, self.filled : end] = keys
        self.values[:, :, self.filled : end] = values
        self.filled = end
        return self.keys[:, :, :end], self.values[:, :, :end]


class Attention(nn.Module):
    def __init__(self, shape, choices):
        super().__init__()
        self.shape, self.choices = shape, choices
        counts = (shape.heads, shape.kv_heads, shape.kv_heads)
        groups = [sum(counts)] if choices.fused else counts
        self.inputs = nn.ModuleList(
            nn.Linear(shape.width, count * shape.head, bias=False) for count in groups
        )
        self.output = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x, turn, mask, cache):
        q, k, v = (part.transpose(1, 2) for part in self.project(x, turn))
        if cache is not None:
            k, v = cache.extend(k, v)
        return self.output(self.attend(q, k, v, mask).transpose(1, 2).reshape(x.shape))

    def project(self, x, turn):
        heads, kv_heads = self.shape.heads, self.shape.kv_heads
        parts = [linear(x).unflatten(-1, (-1, self.shape.head)) for linear in self.inputs]
        if not self.choices.fused:
            return rotate(parts[0], turn), rotate(parts[1], turn), parts[2]
        qk, v = parts[0].split((heads + kv_heads, kv_heads), 2)
        q, k = rotate(qk, turn).split((heads, kv_heads), 2)
        return q, k, v

    def attend(self, q, k, v, mask):
        causal, grouped = q.shape[2] > 1, k.shape[1] != q.shape[1]
        if self.choices.flash:
            return F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=grouped)
        if grouped:
            k, v = (t.repeat_interleave(q.shape[1] // k.shape[1], 1) for t in (k, v))
        scores = (q * self.shape.head**-0.5) @ k.transpose(-1, -2)
        return (scores + mask if causal else scores).softmax(-1) @ v


class Feedforward(nn.Module):
    """SwiGLU (Shazeer 2020, equation 6)."""

    def __init__(self, shape, choices):
        super().__init__()
        widths = [2 * shape.intermediate] if choices.fused else [shape.intermediate] * 2
        self.inputs = nn.ModuleList(nn.Linear(shape.width, n, bias=False) for n in widths)
        self.output = nn.Linear(shape.intermediate, shape.width, bias=False)

    def forward(self, x):
        parts = [linear(x) for linear in self.inputs]
        gate, up = parts[0].chunk(2, -1) if len(parts) == 1 else parts
        return self.output(F.silu(gate) * up)


class Block(nn.Module):
    """One layer; what it returns is the residual stream after it, where hooks read and edit."""

    def __init__(self, shape, choices):
        super().__init__()
        self.norms = nn.ModuleList(RMSNorm(shape.width, choices.native_norm) for _ in range(2))
        self.attention = Attention(shape, choices)
        self.feedforward = Feedforward(shape, choices)

    def forward(self, x, turn, mask, cache):
        x = x + self.attention(self.norms[0](x), turn, mask, cache)
        return x + self.feedforward(self.norms[1](x))


class Llama(nn.Module):
    def __init__(self, shape, choices, longest):
        super().__init__()
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape, choices) for _ in range(shape.layers))
        self.norm = RMSNorm(shape.width, choices.native_norm)
        self.register_buffer("turns", rotations(shape.head, longest, choices.complex_rope))
        self.register_buffer("mask", torch.full((longest, longest), -torch.inf).triu(1))
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens, caches=None, only_last=False):
        """Logits of every token, or of the last one, and the residual stream after each block."""
        start, count = (caches[0].filled if caches else 0), tokens.shape[1]
        turn = self.turns[..., start : start + count, :, :]
        mask = self.mask[:count, :count]
        x, residuals = self.embedding(tokens), []
        for index, block in enumerate(self.blocks):
            x = block(x, turn, mask, caches[index] if caches else None)
            residuals.append(x)
        x = self.norm(x[:, -1:] if only_last else x)
        return F.linear(x, self.embedding.weight), residuals
