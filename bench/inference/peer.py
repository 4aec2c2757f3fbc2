"""Prefill and decode speed of llama.cpp, through llama-cpp-python's low-level API.

    peer.py MODEL.gguf THREADS PREFILL DECODE RUNS BATCH...

Prints one JSON object: {"prefill": tokens/s, "decode": {"1": tokens/s, ...}}, medians of RUNS after
a warm-up. Random tokens, greedy by argmax of nothing: only the forward pass is timed, as llama-bench
does it.
"""
import ctypes
import json
import random
import statistics
import sys
import time

import llama_cpp as ll


def main():
    path, threads, prefill, decode, runs = sys.argv[1], *map(int, sys.argv[2:6])
    batches = [int(b) for b in sys.argv[6:]]
    quiet = ll.llama_log_callback(lambda level, text, data: None)
    ll.llama_log_set(quiet, ctypes.c_void_p(0))
    ll.llama_backend_init()
    model = ll.llama_model_load_from_file(path.encode(), ll.llama_model_default_params())
    vocabulary = ll.llama_vocab_n_tokens(ll.llama_model_get_vocab(model))
    params = ll.llama_context_default_params()
    params.n_ctx = max(prefill, 64) + max(batches) * (decode + 64)
    params.n_batch = params.n_ubatch = 512
    params.n_threads = params.n_threads_batch = threads
    params.n_seq_max = max(batches)
    params.flash_attn_type = 1
    params.kv_unified = True
    context = ll.llama_init_from_model(model, params)
    batch = ll.llama_batch_init(max(prefill, 512), 0, max(batches))
    memory = ll.llama_get_memory(context)

    def put(sequence, position, logits):
        at = batch.n_tokens
        batch.token[at] = random.randrange(vocabulary)
        batch.pos[at] = position
        batch.n_seq_id[at] = 1
        batch.seq_id[at][0] = sequence
        batch.logits[at] = logits
        batch.n_tokens += 1

    def step():
        status = ll.llama_decode(context, batch)
        assert status == 0, f"llama_decode gave {status}"
        ll.llama_synchronize(context)
        batch.n_tokens = 0

    def run_prefill():
        ll.llama_memory_clear(memory, True)
        for position in range(prefill):
            put(0, position, position == prefill - 1)
        start = time.perf_counter()
        step()
        return prefill / (time.perf_counter() - start)

    def run_decode(sequences):
        ll.llama_memory_clear(memory, True)
        for sequence in range(sequences):
            for position in range(8):
                put(sequence, position, position == 7)
        step()
        start = time.perf_counter()
        for position in range(8, 8 + decode):
            for sequence in range(sequences):
                put(sequence, position, True)
            step()
        return sequences * decode / (time.perf_counter() - start)

    def median(measure):
        measure()
        return statistics.median(measure() for _ in range(runs))

    print(json.dumps({"prefill": median(run_prefill),
                      "decode": {str(b): median(lambda: run_decode(b)) for b in batches}}))


if __name__ == "__main__":
    main()
