"""`python -m benchmarks [name …]`: run the named benchmarks, or all but the long ones.

`python -m benchmarks soak [--tickets N] [--minutes M]`, `journal [--jobs N]`, `executable` and `fleet` are long; what
comes after their name is their own.
"""

from __future__ import annotations

import importlib
import sys

NAMES = ("daemon", "startup", "render", "paint", "metrics")
#: Those that take minutes, and arguments.
LONG = ("soak", "journal", "executable", "fleet")


def main() -> int:
    if sys.argv[1:2] and sys.argv[1] in LONG:
        importlib.import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:])
        return 0
    wanted = sys.argv[1:] or NAMES
    for name in wanted:
        if name not in NAMES:
            print(f"There is no benchmark {name!r}; there are: {', '.join((*NAMES, *LONG))}", file=sys.stderr)
            return 2
        print(f"== {name}")
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
