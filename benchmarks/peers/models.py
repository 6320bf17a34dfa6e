"""Times TransformerLens or transformers with hooks on the models benchmark; started by peer.ts.

Run alone: echo '{"work": "forward", "repeats": 3}' | python benchmarks/peers/models.py --engine transformers --folder DIR

One line of JSON in, one out, as in engine.py. The first request for a work races the ways of
writing it (`race`: best milliseconds of each); the fastest is then used.
"""

import argparse
import json
import os
import platform
import resource
import sys
from contextlib import contextmanager
from importlib.metadata import version

os.environ["HF_HUB_OFFLINE"] = "1"

import torch

from engine import fastest, keep_freed_memory, matmul, milliseconds

BATCH, TOKENS = 8, 128
SEQUENCES, PROMPT, SAMPLED, LAYER, ADDED = 32, 8, 64, 6, 0.1


@contextmanager
def torch_threads(count):
    usual = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


class Transformers:
    """GPT-2 by transformers, read and edited by forward hooks on its blocks."""

    packages = ("torch", "transformers")

    def __init__(self, folder):
        from transformers import AutoModelForCausalLM

        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.blocks = self.model.transformer.h

    def forward(self, attention):
        self.model.set_attn_implementation(attention)
        tokens = torch.randint(0, self.model.config.vocab_size, (BATCH, TOKENS))

        def run():
            residuals = []
            hooks = [b.register_forward_hook(lambda m, i, o: residuals.append(first(o))) for b in self.blocks]
            logits = self.model(tokens, use_cache=False).logits
            for hook in hooks:
                hook.remove()
            return logits, residuals

        return torch.inference_mode()(run)

    def forwards(self):
        return {attention: self.forward(attention) for attention in ("sdpa", "eager")}

    def sampling(self, threads):
        prompts = torch.randint(0, self.model.config.vocab_size, (SEQUENCES, PROMPT))
        options = {"do_sample": True, "top_k": 0, "max_new_tokens": SAMPLED, "pad_token_id": 0}

        def run():
            self.model.set_attn_implementation("sdpa")
            hook = self.blocks[LAYER].register_forward_hook(lambda m, i, o: with_first(o, first(o) + ADDED))
            with torch_threads(threads):
                tokens = self.model.generate(
                    prompts, attention_mask=torch.ones_like(prompts), eos_token_id=None, **options
                )
            hook.remove()
            assert tokens.shape == (SEQUENCES, PROMPT + SAMPLED)

        return torch.inference_mode()(run)

    def samplings(self, threads):
        return {f"generate, {n} threads": self.sampling(n) for n in sorted({1, threads})}


def first(output):
    return output[0] if isinstance(output, tuple) else output


def with_first(output, value):
    return (value, *output[1:]) if isinstance(output, tuple) else value


class TransformerLens:
    """TransformerLens's bridge to the same model."""

    packages = ("torch", "transformers", "transformer-lens")

    def __init__(self, folder):
        from transformer_lens.model_bridge import TransformerBridge

        self.model = TransformerBridge.boot_transformers(folder)

    def forward_with_cache(self):
        tokens = torch.randint(0, self.model.cfg.d_vocab, (BATCH, TOKENS))
        wanted = {f"blocks.{i}.hook_resid_post" for i in range(self.model.cfg.n_layers)}

        def run():
            _, cache = self.model.run_with_cache(tokens, names_filter=lambda name: name in wanted)
            assert len(wanted - set(cache.keys())) == 0

        return torch.inference_mode()(run)

    def forward_with_hooks(self):
        tokens = torch.randint(0, self.model.cfg.d_vocab, (BATCH, TOKENS))
        wanted = [f"blocks.{i}.hook_resid_post" for i in range(self.model.cfg.n_layers)]

        def run():
            residuals = []
            keep = lambda value, hook: residuals.append(value)
            self.model.run_with_hooks(tokens, fwd_hooks=[(name, keep) for name in wanted])
            assert len(residuals) == len(wanted)

        return torch.inference_mode()(run)

    def forwards(self):
        return {"run_with_cache": self.forward_with_cache(), "run_with_hooks": self.forward_with_hooks()}

    def sampling(self, threads):
        prompts = torch.randint(0, self.model.cfg.d_vocab, (SEQUENCES, PROMPT))
        hook = (f"blocks.{LAYER}.hook_resid_post", lambda value, hook: value + ADDED)
        options = {"do_sample": True, "stop_at_eos": False, "verbose": False, "return_type": "tokens"}

        def run():
            with torch_threads(threads), self.model.hooks(fwd_hooks=[hook]):
                tokens = self.model.generate(prompts, max_new_tokens=SAMPLED, **options)
            assert tokens.shape == (SEQUENCES, PROMPT + SAMPLED)

        return torch.inference_mode()(run)

    def samplings(self, threads):
        return {f"generate, {n} threads": self.sampling(n) for n in sorted({1, threads})}


def variants(engine, work, threads):
    name, _, sizes = work.partition(" ")
    if name == "matmul":
        return matmul(sizes)
    return engine.forwards() if name == "forward" else engine.samplings(threads)


def peak_mb():
    """Peak resident memory; Linux gives it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def answer(engine, request, chosen, threads):
    work = request["work"]
    if work not in chosen:
        candidates = variants(engine, work, threads)
        name, race = fastest(candidates)
        chosen[work] = (name, candidates[name], race)
    name, run, race = chosen[work]
    times = [milliseconds(run) for _ in range(request.get("repeats", 1))]
    return {"work": work, "ms": times, "variant": name, "race": race, "peakMb": peak_mb()}


def hello(engine, threads):
    return {
        "name": type(engine).__name__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": threads,
        "versions": {package: version(package) for package in engine.packages},
        "blas": "MKL" if torch.backends.mkl.is_available() else "other",
        "capability": torch.backends.cpu.get_cpu_capability(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engine", choices=["transformers", "transformerLens"], required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--keep-freed-memory", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if options.keep_freed_memory:
        keep_freed_memory()
    engines = {"transformers": Transformers, "transformerLens": TransformerLens}
    engine = engines[options.engine](options.folder)
    print(json.dumps(hello(engine, options.threads)), flush=True)
    chosen = {}
    for line in sys.stdin:
        try:
            reply = answer(engine, json.loads(line), chosen, options.threads)
        except Exception as error:  # The caller decides what a failed work means.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
