#!/usr/bin/env python3
"""Writes a vocabulary and documents for the grammar bench.

Usage: workload.py FOLDER
  FOLDER/vocabulary.bin   per token: u32 length (little-endian), bytes; the last token is the stop
  FOLDER/workload.json    [{"name", "schema" (null: any JSON object), "tokens": [[id...]...]}]

No tokenizer of a real model is at hand, so the vocabulary is made as one would look: the 256 bytes,
then the commonest pieces of the source text on this machine, cut as GPT-4-like tokenizers cut it
(words with the space before them, runs of punctuation, up to three digits, runs of white space) with
the beginnings of longer words, up to 151,936 tokens. Documents are cut by longest match.
"""
import collections
import json
import pathlib
import random
import re
import struct
import sys
import sysconfig

SIZE = 151_936
PIECE = re.compile(r"[^\r\n\w]?[^\W\d_]+|\d{1,3}| ?[^\s\w]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+|_")


def vocabulary():
    counts = collections.Counter()
    read = 0
    roots = [sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"]]
    for root in roots:
        for path in sorted(pathlib.Path(root).rglob("*.py")):
            if read > 40 << 20:
                break
            text = path.read_text(errors="ignore")
            read += len(text)
            counts.update(PIECE.findall(text))
    for piece, count in list(counts.items()):
        for cut in range(3, len(piece)):
            counts[piece[:cut]] += count // 2
    rand = random.Random(1)
    for _ in range(6000):  # characters of two and three bytes, and their beginnings
        text = "".join(chr(rand.randrange(0x4E00, 0x9FFF)) for _ in range(rand.randrange(1, 4)))
        counts[text] += 40
    tokens = [bytes([b]) for b in range(256)]
    known = set(tokens)
    for piece, _ in sorted(counts.items(), key=lambda p: (-p[1], p[0])):
        data = piece.encode()
        for token in (data, data[:-1] if data[-1] >= 0x80 else data):
            if token and token not in known and len(tokens) < SIZE - 1:
                known.add(token)
                tokens.append(token)
    tokens.append(b"<|end|>")
    return tokens


def encode(ids, longest, data):
    out, at = [], 0
    while at < len(data):
        for length in range(min(longest, len(data) - at), 0, -1):
            token = ids.get(data[at:at + length])
            if token is not None:
                out.append(token)
                at += length
                break
    return out


S, I = {"type": "string"}, {"type": "integer"}
PERSON = {"type": "object", "additionalProperties": False, "required": ["name", "age", "email", "tags", "address"],
          "properties": {"name": S, "age": {"type": "integer", "minimum": 0, "maximum": 130},
                         "email": S, "tags": {"type": "array", "items": S},
                         "address": {"type": "object", "additionalProperties": False, "required": ["street", "city"],
                                     "properties": {"street": S, "city": S, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}}}}}
TOOL = {"type": "object", "additionalProperties": False, "required": ["query", "unit"],
        "properties": {"query": S, "unit": {"enum": ["celsius", "fahrenheit"]}, "days": I, "detailed": {"type": "boolean"}}}
TREE = {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "additionalProperties": False, "required": ["value", "children"],
        "properties": {"value": {"type": "number"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}}


def tree(depth):
    return {"value": depth * 1.5, "children": [tree(depth - 1) for _ in range(2)] if depth else []}


CASES = [
    ("person", PERSON, [{"name": "Ada Lovelace", "age": 36, "email": "ada@example.org", "tags": ["mathematics", "first \"programmer\"", "poetical science"],
                         "address": {"street": "12 St James's Square", "city": "London", "zip": "10115"}}]),
    ("tool call", TOOL, [{"query": "weather in Z\u00fcrich for the coming week, please", "unit": "celsius", "days": 7, "detailed": True}]),
    ("tree", TREE, [tree(3)]),
    ("any object", None, [{"id": 17, "items": [{"sku": "A-1", "price": 12.5, "stock": None}, {"sku": "B-2", "price": 0.75, "stock": [1, 2, 3]}],
                           "note": "Deliver \u4f60\u597d before noon.\nRing twice", "ok": True}]),
]


def main(folder):
    folder = pathlib.Path(folder)
    tokens = vocabulary()
    with open(folder / "vocabulary.bin", "wb") as f:
        for token in tokens:
            f.write(struct.pack("<I", len(token)) + token)
    ids = {token: i for i, token in enumerate(tokens[:-1])}
    longest = max(map(len, ids))
    cases = [{"name": name, "schema": schema,
              "tokens": [encode(ids, longest, json.dumps(d, ensure_ascii=False).encode()) for d in documents]}
             for name, schema, documents in CASES]
    (folder / "workload.json").write_text(json.dumps(cases))
    print(len(tokens), "tokens;", ", ".join(f"{c['name']}: {sum(map(len, c['tokens']))}" for c in cases))


main(sys.argv[1])
