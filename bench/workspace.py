#!/usr/bin/env python3
"""How often the workspace model's guess is the line that followed, by its own confidence.

    python bench/workspace.py FOLDER [SUFFIX]

Learns four fifths of the files, then types into the rest at random places and compares the
guess with the real rest of the line.
The threshold in features/inline_completion.py was chosen by this table.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from pointsman.providers.workspace import WorkspaceModel

PLACES_A_FILE = 25
MAX_FILES = 200


def main(folder: str, suffix: str = ".py") -> None:
    """Print the table."""
    random.seed(1)
    files = sorted(Path(folder).rglob(f"*{suffix}"))
    random.shuffle(files)
    files = files[:MAX_FILES]
    held = files[: max(5, len(files) // 5)]
    model = WorkspaceModel()
    began = time.process_time()
    for file in files[len(held) :]:
        model.learn(str(file), file.read_text("utf-8", "replace"))
    model.settle()
    print(f"learnt {model.size:,} tokens of {len(files) - len(held)} files in {time.process_time() - began:.2f} CPU-s")
    asked, spent, guesses = 0, 0.0, []
    for file in held:
        text = file.read_text("utf-8", "replace")
        for start, end in places(text):
            began = time.process_time()
            guess = model.guess(text[:start], text[end:])
            spent += time.process_time() - began
            asked += 1
            if guess is not None:
                guesses.append((guess.confidence, guess.text.rstrip() == text[start:end].rstrip()))
    print(f"asked {asked} times, {1000 * spent / max(1, asked):.1f} CPU-ms each")
    print("confidence at least   shown   right")
    for threshold in (0.02, 0.15, 0.3, 0.5, 0.7, 0.8):
        shown = [right for confidence, right in guesses if confidence >= threshold]
        print(f"{threshold:19.2f}  {len(shown) / max(1, asked):6.1%}  {sum(shown) / max(1, len(shown)):6.1%}")


def places(text: str) -> list[tuple[int, int]]:
    """Random offsets inside of lines of code, each with the end of its line."""
    found, offset = [], 0
    lines = text.split("\n")
    starts = []
    for line in lines:
        starts.append(offset)
        offset += len(line) + 1
    for _ in range(PLACES_A_FILE):
        number = random.randrange(len(lines))
        line = lines[number]
        if len(line.strip()) >= 8 and line.strip()[0] not in '#"/*':
            indent = len(line) - len(line.lstrip())
            found.append((starts[number] + random.randrange(indent + 2, len(line)), starts[number] + len(line)))
    return found


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:3])
