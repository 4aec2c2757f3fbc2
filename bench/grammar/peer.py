#!/usr/bin/env python3
"""The same as bench_grammar by xgrammar (of PyPI), one thread. Usage: peer.py FOLDER

Prints a line per schema and, last, {"p50_us", "p99_us", "compile_ms"} as JSON. Times include the
call from Python, some two microseconds.
"""
import json
import pathlib
import statistics
import struct
import sys
import time

import xgrammar


def main(folder):
    data = (pathlib.Path(folder) / "vocabulary.bin").read_bytes()
    tokens, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        tokens.append(data[at + 4:at + 4 + length])
        at += 4 + length
    info = xgrammar.TokenizerInfo(tokens, vocab_type=xgrammar.VocabType.RAW, vocab_size=len(tokens),
                                  stop_token_ids=[len(tokens) - 1])
    bitmask = xgrammar.allocate_token_bitmask(1, len(tokens))
    masks, compiles = [], []
    for case in json.loads((pathlib.Path(folder) / "workload.json").read_text()):
        compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
        begin = time.perf_counter()
        if case["schema"] is None:
            compiled = compiler.compile_builtin_json_grammar()
        else:
            compiled = compiler.compile_json_schema(json.dumps(case["schema"]), any_whitespace=True)
        compiles.append((time.perf_counter() - begin) * 1e3)
        times = []
        for round_ in range(5):
            for document in case["tokens"]:
                matcher = xgrammar.GrammarMatcher(compiled)
                for token in document:
                    begin = time.perf_counter()
                    matcher.fill_next_token_bitmask(bitmask)
                    times.append((time.perf_counter() - begin) * 1e6)
                    assert matcher.accept_token(token), (case["name"], tokens[token])
        times.sort()
        masks += times
        print(f"xgrammar {case['name']}: compile {compiles[-1]:.2f} ms, mask p50 "
              f"{statistics.median(times):.2f} us, p99 {times[len(times) * 99 // 100]:.2f} us, worst {times[-1]:.1f} us")
    masks.sort()
    print(json.dumps({"p50_us": statistics.median(masks), "p99_us": masks[len(masks) * 99 // 100],
                      "compile_ms": sum(compiles)}))


main(sys.argv[1])
