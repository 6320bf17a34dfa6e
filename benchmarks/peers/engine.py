"""Times eager PyTorch on the engine benchmark's work; started by peer.ts.

Run alone: echo '{"work": "trainStep", "repeats": 3}' | python benchmarks/peers/engine.py --threads 2

Each request is one line of JSON on stdin, each answer one line on stdout; the first line says what
this is. The first request for a work builds it and races the ways of writing it (`race`: best
milliseconds of each); the fastest is then used, so that PyTorch is shown at its best.
"""

import argparse
import ctypes
import json
import platform
import sys
import time

import torch
import torch.nn.functional as F

from llama import Cache, Choices, Llama, Shape

SMALL = Shape(layers=6, width=256, heads=8, kv_heads=8, intermediate=688, vocabulary=2048)
GPT2_SMALL = Shape(layers=12, width=768, heads=12, kv_heads=12, intermediate=2048, vocabulary=50257)
PROMPT, SAMPLED, SEQUENCES, NOISE = 8, 64, 32, 0.1
RACE_ROUNDS = 3


def milliseconds(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def matmul(sizes):
    rows, inner, columns = (int(size) for size in sizes.split("x"))
    a, b, out = torch.randn(rows, inner), torch.randn(inner, columns), torch.empty(rows, columns)
    return {"fresh output": lambda: a @ b, "given output": lambda: torch.mm(a, b, out=out)}


def train_step(optimizer, **choices):
    """Forward, cross-entropy, backward and AdamW on 16 x 128 tokens."""
    model = Llama(SMALL, Choices(**choices), 128)
    adam = torch.optim.AdamW(model.parameters(), lr=1e-3, **{optimizer: True})
    tokens = torch.randint(0, SMALL.vocabulary, (16, 129))
    inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].flatten()

    def step():
        adam.zero_grad(set_to_none=True)
        logits, _ = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), targets)
        loss.backward()
        adam.step()
        return loss.item()

    return step


def forward(**choices):
    """Logits and all residuals of 8 x 128 tokens."""
    model = Llama(GPT2_SMALL, Choices(**choices), 128)
    tokens = torch.randint(0, GPT2_SMALL.vocabulary, (8, 128))
    return torch.inference_mode()(lambda: model(tokens))


def add_noise(_module, _inputs, residual):
    """Forward hook: fresh gaussian noise in proportion to the residual's rms at each token."""
    norm = torch.linalg.vector_norm(residual, dim=-1, keepdim=True)
    scale = NOISE / residual.shape[-1] ** 0.5
    return torch.addcmul(residual, torch.randn_like(residual), norm, value=scale)


def sampling(threads, **choices):
    """32 x 64 tokens at temperature 1 after a prompt of 8, noise after each block at each step."""
    model = Llama(SMALL, Choices(**choices), PROMPT + SAMPLED)
    for block in model.blocks:
        block.register_forward_hook(add_noise)
    prompts = torch.randint(0, SMALL.vocabulary, (SEQUENCES, PROMPT))

    @torch.inference_mode()
    def sample():
        usual = torch.get_num_threads()
        torch.set_num_threads(threads)
        caches = [Cache(SEQUENCES, PROMPT + SAMPLED, SMALL) for _ in range(SMALL.layers)]
        tokens, sampled = prompts, []
        for _ in range(SAMPLED):
            logits, _ = model(tokens, caches, only_last=True)
            tokens = torch.multinomial(logits[:, -1].softmax(-1), 1)
            sampled.append(tokens)
        torch.set_num_threads(usual)
        return torch.cat(sampled, 1)

    return sample


def transformers_sampling():
    """The same by Hugging Face transformers' generate with forward hooks: what most people run."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=SMALL.vocabulary,
        hidden_size=SMALL.width,
        intermediate_size=SMALL.intermediate,
        num_hidden_layers=SMALL.layers,
        num_attention_heads=SMALL.heads,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = LlamaForCausalLM(config).eval()
    for layer in model.model.layers:
        layer.register_forward_hook(add_noise_to_first)
    prompts = torch.randint(0, SMALL.vocabulary, (SEQUENCES, PROMPT))
    mask = torch.ones_like(prompts)
    options = {"do_sample": True, "top_k": 0, "max_new_tokens": SAMPLED, "pad_token_id": 0}
    return torch.inference_mode()(
        lambda: model.generate(prompts, attention_mask=mask, **options)
    )


def add_noise_to_first(module, inputs, output):
    if torch.is_tensor(output):
        return add_noise(module, inputs, output)
    return (add_noise(module, inputs, output[0]), *output[1:])


def variants(work, threads):
    """The ways of doing `work`, by name; each is a function without arguments."""
    name, _, sizes = work.partition(" ")
    if name == "matmul":
        return matmul(sizes)
    if name == "trainStep":
        return {
            "fused AdamW": train_step("fused"),
            "foreach AdamW": train_step("foreach"),
            "complex rope": train_step("fused", complex_rope=True),
            "plain attention": train_step("fused", flash=False),
            "separate products": train_step("fused", fused=False),
            "plain norm": train_step("fused", native_norm=False),
        }
    if name == "forward":
        return {
            "flash attention": forward(),
            "plain attention": forward(flash=False),
            "complex rope": forward(complex_rope=True),
        }
    if name == "sampling":
        return {
            f"{attention} attention, {count} threads": sampling(count, flash=attention == "flash")
            for attention in ("flash", "plain")
            for count in sorted({1, threads})
        }
    if name == "samplingTransformers":
        return {"generate": transformers_sampling()}
    raise ValueError(f"unknown work {work!r}")


def fastest(candidates):
    """Name of the fastest candidate and the best time of each; rounds alternate.

    A candidate that is hopeless after the first round runs no more.
    """
    best = {name: milliseconds(run) for name, run in candidates.items()}
    hopeful = [name for name in best if best[name] < 2 * min(best.values())]
    for _ in range(RACE_ROUNDS if len(hopeful) > 1 else 0):
        for name in hopeful:
            best[name] = min(best[name], milliseconds(candidates[name]))
    return min(best, key=best.get), best


def answer(request, chosen, threads):
    work = request["work"]
    if work not in chosen:
        candidates = variants(work, threads)
        name, race = fastest(candidates)
        chosen[work] = (name, candidates[name], race)
    name, run, race = chosen[work]
    times = [milliseconds(run) for _ in range(request.get("repeats", 1))]
    return {"work": work, "ms": times, "variant": name, "race": race}


def keep_freed_memory():
    """Tells glibc to reuse large blocks, not hand them back each step: fewer page faults."""
    trim_threshold, mmap_max = -1, -4
    try:
        libc = ctypes.CDLL(None)
        return bool(libc.mallopt(mmap_max, 0) and libc.mallopt(trim_threshold, 2**31 - 1))
    except (OSError, AttributeError):
        return False


def hello(threads):
    return {
        "name": "PyTorch, eager",
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": threads,
        "blas": "MKL" if torch.backends.mkl.is_available() else "other",
        "capability": torch.backends.cpu.get_cpu_capability(),
        "keepsFreedMemory": keep_freed_memory(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    threads = parser.parse_args().threads
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    print(json.dumps(hello(threads)), flush=True)
    chosen = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), chosen, threads)
        except Exception as error:  # The caller decides what a failed work means.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
