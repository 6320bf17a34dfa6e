"""Times PyTorch on training steps of sparse autoencoders; started by peer.ts.

Run alone: echo '{"work": "topk", "repeats": 3}' | python benchmarks/peers/dictionaries.py --threads 2

One line of JSON in, one out, as in engine.py. Each work is a step of Adam on 4096 rows of width 512 with 8192
latents, the decoder's rows kept at norm 1 (parallel gradient removed, rows rescaled): `relu` and `topk` in plain
PyTorch, the fastest of several ways of writing them; `libraryRelu` and `libraryTopk` by dictionary_learning's own
trainers, where they are installed (`pip install --no-deps dictionary-learning einops`).
"""

import argparse
import importlib
import json
import platform
import sys
import types
from importlib.metadata import distribution, version

import torch

from engine import fastest, keep_freed_memory, matmul, milliseconds

ROWS, WIDTH, LATENTS, K, L1 = 4096, 512, 8192, 32, 0.1


class Autoencoder(torch.nn.Module):
    """dictionary_learning's layout: nn.Linear both ways, a bias that is subtracted and added."""

    def __init__(self):
        super().__init__()
        self.decoder = torch.nn.Linear(LATENTS, WIDTH, bias=False)
        with torch.no_grad():
            self.decoder.weight.copy_(unit(torch.randn(WIDTH, LATENTS)))
        self.encoder = torch.nn.Linear(WIDTH, LATENTS)
        self.encoder.weight.data = self.decoder.weight.T.clone()
        self.encoder.bias.data.zero_()
        self.b_dec = torch.nn.Parameter(torch.zeros(WIDTH))

    def pre(self, x):
        return torch.relu(self.encoder(x - self.b_dec))


def unit(columns):
    return columns / columns.norm(dim=0, keepdim=True)


def relu_loss(model, x):
    latents = model.pre(x)
    error = model.decoder(latents) + model.b_dec - x
    return error.pow(2).sum(-1).mean() + L1 * latents.sum(-1).mean()


def topk_dense_loss(model, x):
    """The latents spread out again, and a dense product: what dictionary_learning does."""
    values, indices = model.pre(x).topk(K, sorted=False)
    latents = torch.zeros(ROWS, LATENTS).scatter_(-1, indices, values)
    return (model.decoder(latents) + model.b_dec - x).pow(2).sum(-1).mean()


def topk_gather_loss(model, x):
    """Decoding by embedding_bag: sparse, its gradient a dense table."""
    values, indices = model.pre(x).topk(K, sorted=False)
    table = model.decoder.weight.T
    decoded = torch.nn.functional.embedding_bag(indices, table, per_sample_weights=values, mode="sum")
    return (decoded + model.b_dec - x).pow(2).sum(-1).mean()


def step(loss_of, optimizer):
    model = Autoencoder()
    adam = torch.optim.Adam(model.parameters(), lr=1e-4, **{optimizer: True})
    x = torch.randn(ROWS, WIDTH)
    weight = model.decoder.weight

    def run():
        loss = loss_of(model, x)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        with torch.no_grad():
            direction = unit(weight)
            weight.grad -= (weight.grad * direction).sum(0, keepdim=True) * direction
            adam.step()
            weight.div_(weight.norm(dim=0, keepdim=True))
        return loss.item()

    return run


def library():
    """dictionary_learning's trainers; None where they are not installed.

    Its front page imports a tracer of language models, which training does not need: the trainers are
    imported past it.
    """
    try:
        folder = distribution("dictionary-learning").locate_file("dictionary_learning")
        package = types.ModuleType("dictionary_learning")
        package.__path__ = [str(folder)]
        sys.modules["dictionary_learning"] = package
        return importlib.import_module("dictionary_learning.trainers")
    except ImportError:
        return None


def library_step(trainers, name):
    """One of its trainers, called as its training loop calls it, past its warm-up."""
    common = {"activation_dim": WIDTH, "dict_size": LATENTS, "layer": 0, "lm_name": "none", "device": "cpu"}
    if name == "relu":
        trainer = trainers.StandardTrainer(steps=10**6, lr=1e-4, l1_penalty=L1, **common)
    else:
        trainer = trainers.TopKTrainer(steps=10**6, lr=1e-4, k=K, **common)
    x = torch.randn(ROWS, WIDTH)
    count = iter(range(2000, 10**6))
    return lambda: trainer.update(next(count), x)


def variants(work, trainers):
    """The ways of doing `work`, by name."""
    name, _, sizes = work.partition(" ")
    if name == "matmul":
        return matmul(sizes)
    if name.startswith("library"):
        return {"update": library_step(trainers, name.removeprefix("library").lower())}
    losses = {"relu": {"dense": relu_loss}, "topk": {"dense": topk_dense_loss, "embedding_bag": topk_gather_loss}}
    return {
        f"{way}, {optimizer} Adam": step(loss, optimizer)
        for way, loss in losses[name].items()
        for optimizer in ("fused", "foreach")
    }


def answer(request, chosen, trainers):
    work = request["work"]
    if work not in chosen:
        candidates = variants(work, trainers)
        name, race = fastest(candidates)
        chosen[work] = (name, candidates[name], race)
    name, run, race = chosen[work]
    times = [milliseconds(run) for _ in range(request.get("repeats", 1))]
    return {"work": work, "ms": times, "variant": name, "race": race}


def hello(threads, trainers):
    return {
        "name": "PyTorch, eager",
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": threads,
        "dictionaryLearning": version("dictionary-learning") if trainers else None,
        "blas": "MKL" if torch.backends.mkl.is_available() else "other",
        "capability": torch.backends.cpu.get_cpu_capability(),
        "keepsFreedMemory": keep_freed_memory(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    trainers = library()
    print(json.dumps(hello(options.threads, trainers)), flush=True)
    chosen = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), chosen, trainers)
        except Exception as error:  # The caller decides what a failed work means.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
