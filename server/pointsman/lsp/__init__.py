"""The protocol floor: the only room that imports pygls and lsprotocol.

Two thirds of what importing pygls costs is lsprotocol building 554 message classes, and half of that is comparison and
repr methods. Nobody here compares messages, and a message that has no repr cannot put its content, which is the user's
code, into a log. So the classes are built without both, and without the collector running over them again and again.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

import attrs


def _build_message_classes() -> None:
    define, collecting = attrs.define, gc.isenabled()

    def lean(*args: Any, **options: Any) -> Any:
        return define(*args, **{"eq": False, "repr": False, **options})

    gc.disable()
    attrs.define = lean
    try:
        import lsprotocol.types  # noqa: F401
    finally:
        attrs.define = define
        if collecting:
            gc.enable()


if "lsprotocol.types" not in sys.modules:
    _build_message_classes()
