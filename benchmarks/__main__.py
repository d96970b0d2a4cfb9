"""`python -m benchmarks [name …]`: run the named benchmarks, or all."""

from __future__ import annotations

import importlib
import sys

NAMES = ("daemon", "startup", "render")


def main() -> int:
    wanted = sys.argv[1:] or NAMES
    for name in wanted:
        if name not in NAMES:
            print(f"There is no benchmark {name!r}; there are: {', '.join(NAMES)}", file=sys.stderr)
            return 2
        print(f"== {name}")
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
