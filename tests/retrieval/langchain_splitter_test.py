"""10,000 generated texts cut by our recursive splitter and by LangChain's, byte for byte.

Sizes, overlaps, separators and the other options vary with the text. The texts come from a seed
(SPLITTER_SEED, 4 unless set), so a failure comes again; it is printed with its options.
"""
import json
import os
import random
import subprocess
import unittest

from langchain_text_splitters import RecursiveCharacterTextSplitter

COUNT = int(os.environ.get("SPLITTER_TEXTS", "10000"))
SEED = int(os.environ.get("SPLITTER_SEED", "4"))

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_,;:'\"()[]{}<>|\\/*+?^$#&%@=~`",
    "äöüßéèêñçøåłžšœæ",
    "абвгдежзийклмнопрстуфхцчшщ",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "अआइईउऊकखगघचछजझटठडढणतथदधन\u094d\u093f\u0940",
    "กขคงจฉชซญดตถทธนบปผพฟมยรลวสหอ\u0e34\u0e35\u0e49",
    "的一是在不了有和人这中大为上个国我以要他",
    "あいうえおかきくけこアイウエオー、。",
    "가나다라마바사아자차카타파하",
    "😀🎉👍🏽👩‍👩‍👧🇩🇪❤️🛒",
    "e\u0301o\u0308\u200b\u200d\ufeff\u0000\u0001\u007f",
]
# What Python strips, what it does not, and line ends of all kinds.
BLANKS = [" "] * 30 + ["\n"] * 6 + ["\n\n"] * 4 + [
    "  ", "\t", "\r\n", "\r\n\r\n", "\n\n\n", "\n \n", " \n", "\r", "\x0b", "\x0c", "\x1c", "\x1f",
    "\x85", "\u00a0", "\u1680", "\u2003", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
    "\u200b", "\u180e"]
STOPS = ["."] * 6 + [",", ";", "!", "?", "。", "،", "...", "|", ""] + [""] * 20
SEPARATORS = [
    None, None, None, ["\n\n", "\n", " ", ""], ["\n\n", "\n", " "], ["\n"], [" ", ""], [""],
    ["\n\n", "\n", ". ", " ", ""], ["。", "、", " ", ""], ["##", "\n", " ", ""], ["ab", "a", ""],
    ["aa", "\n\n"], ["|", ", ", " "], [".", "*", "+", ""], ["", "\n"], ["\r\n", "\n", ""],
    ["\u3000", "\u200b", "\n"], ["never there"], ["\n\n\n", "  ", ""]]


def word(rng, alphabet):
    length = 1 if rng.random() < 0.1 else min(400, int(rng.expovariate(1 / 6)) + 1)
    if rng.random() < 0.01:
        length = rng.randint(50, 600)  # a word longer than any chunk
    return "".join(rng.choice(alphabet) for _ in range(length))


def text(rng):
    kind = rng.random()
    if kind < 0.01:
        return ""
    if kind < 0.03:
        return "".join(rng.choice(BLANKS) for _ in range(rng.randint(1, 40)))
    if kind < 0.06:
        return "".join(rng.choice("ab\n ") for _ in range(rng.randint(1, 300)))
    alphabets = rng.sample(ALPHABETS, rng.randint(1, 4))
    parts = [rng.choice(BLANKS)] if rng.random() < 0.2 else []
    for _ in range(int(rng.expovariate(1 / 80)) + 1):
        parts += [word(rng, rng.choice(alphabets)), rng.choice(STOPS), rng.choice(BLANKS)]
    return "".join(parts)


def job(rng):
    size = rng.choice([1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, rng.randint(1, 1200)])
    overlap = rng.choice([0, size // 10, size // 5, size // 2, size, rng.randint(0, size)])
    return {"kind": "recursive", "text": text(rng), "size": size, "overlap": overlap,
            "separators": rng.choice(SEPARATORS) or ["\n\n", "\n", " ", ""],
            "keep": rng.choice(["start", "start", "start", "end", "no"]),
            "strip": rng.random() < 0.75}


def langchain(job):
    splitter = RecursiveCharacterTextSplitter(
        separators=job["separators"], chunk_size=job["size"], chunk_overlap=job["overlap"],
        keep_separator={"no": False}.get(job["keep"], job["keep"]),
        strip_whitespace=job["strip"])
    return splitter.split_text(job["text"])


def split(jobs):
    lines = "".join(json.dumps(job) + "\n" for job in jobs).encode()
    result = subprocess.run([os.environ["SPLIT_JSONL"]], input=lines, capture_output=True,
                            timeout=500)
    assert result.returncode == 0, result.stderr.decode()
    return [json.loads(line) for line in result.stdout.splitlines()]


class LangchainSplitter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rng = random.Random(SEED)
        cls.jobs = [job(rng) for _ in range(COUNT)]
        cls.ours = split(cls.jobs)

    def test_chunks_are_the_same_byte_for_byte(self):
        self.assertEqual(len(self.ours), COUNT)
        chunks = 0
        for job, ours in zip(self.jobs, self.ours):
            theirs = langchain(job)
            chunks += len(theirs)
            self.assertEqual([chunk.encode() for _, chunk in ours],
                             [chunk.encode() for chunk in theirs], job)
        print(f"{COUNT} texts, {chunks} chunks the same")
        self.assertGreater(chunks, 10 * COUNT)

    def test_offsets_are_where_the_chunks_stand(self):
        for job, ours in zip(self.jobs, self.ours):
            whole = job["text"].encode()
            for begin, chunk in ours:
                chunk = chunk.encode()
                if job["keep"] == "no":  # a run of separators within it became one
                    self.assertEqual(whole[begin:begin + 1], chunk[:1], job)
                else:
                    self.assertEqual(whole[begin:begin + len(chunk)], chunk, job)
            begins = [begin for begin, _ in ours]
            self.assertEqual(begins, sorted(begins), job)

    def test_the_strict_splitter_keeps_the_overlap_that_is_lost(self):
        jobs = [dict(job, kind="strict", strip=False) for job in self.jobs[:2000]
                if job["overlap"] < job["size"]]
        for job, ours in zip(jobs, split(jobs)):
            end = 0
            for begin, chunk in ours:
                self.assertLessEqual(len(chunk), job["size"], job)
                shared = job["text"].encode()[begin:end].decode()
                if begin:
                    self.assertGreaterEqual(len(shared), job["overlap"], job)
                end = begin + len(chunk.encode())
            self.assertEqual(end, len(job["text"].encode()), job)


if __name__ == "__main__":
    unittest.main()
