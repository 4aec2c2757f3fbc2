#!/usr/bin/env python3
"""Checks that each room of src/ includes only rooms on lower floors (docs/rooms.md).

Prints each wrong include as file:line and exits 1; prints nothing and exits 0 where all is well.
"""
import pathlib
import re
import sys

# Lowest first. A room may include itself and any room before it.
ROOMS = ["base", "telemetry", "net", "model", "engine", "resources", "lifecycle", "train", "tune",
         "retrieval", "serve", "console", "assistant", "local", "cli"]

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def violations(source: pathlib.Path):
    for path in sorted(source.rglob("*")):
        if path.suffix not in {".h", ".cc"}:
            continue
        room = path.relative_to(source).parts[0]
        if room not in ROOMS:
            yield path, 1, f"room '{room}' is not in tools/check_rooms.py"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            other = match.group(1).split("/")[0]
            if other not in ROOMS:
                yield path, number, f'"{match.group(1)}" does not start with a room of src/'
            elif ROOMS.index(other) > ROOMS.index(room):
                yield path, number, f"{room} must not include {other} (a higher floor)"


def main() -> int:
    found = list(violations(pathlib.Path(__file__).resolve().parent.parent / "src"))
    for path, number, message in found:
        print(f"{path}:{number}: {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
